import { z } from 'zod';
import { isUrl, text, url } from '../fields.ts';

/** The proxy schemes that the transport speaks. */
const PROXY_SCHEMES = ['http:', 'https:', 'socks:', 'socks5:', 'socks5h:'];

/** User and password stand percent-encoded in a URL; what is no URL at all is another problem. */
function hasReadableLogin(value: string): boolean {
  if (!URL.canParse(value)) return true;
  const { username, password } = new URL(value);
  return !/%(?![0-9a-f]{2})/i.test(username + password);
}

/** Section `discord`: the hosts. Every one can be replaced by a mirror or by `cordgate sim`. */
export const discordSchema = z
  .strictObject({
    api: url('http:', 'https:').default('https://discord.com/api/v10').describe('REST address'),
    gateway: url('ws:', 'wss:').default('wss://gateway.discord.gg').describe('WebSocket address'),
    cdn: url('http:', 'https:')
      .default('https://cdn.discordapp.com')
      .describe('where pictures are loaded from'),
    upload: url('http:', 'https:')
      .default('https://discord-attachments-uploads-prd.storage.googleapis.com')
      .describe('where attachments are stored'),
    activity: url('http:', 'https:')
      .default('https://{applicationId}.discordsays.com')
      .describe("where a bot's own forms are submitted"),
    requestsPerSecond: z
      .number()
      .int()
      .min(0)
      .default(50)
      .describe(
        'REST calls that each account makes in a second at most; 0 = as many as the answers of the server allow',
      ),
    proxy: text()
      .refine((value) => isUrl(value, PROXY_SCHEMES), {
        error: 'must be a URL such as http://host:port, https://host:port or socks5://user:pass@host:port',
      })
      .refine(hasReadableLogin, {
        error: 'holds a % that begins no character: write a % in the user or password as %25',
      })
      .nullable()
      .default(null)
      .describe(
        'http://…, https://… or socks5://user:pass@host:port; REST, WebSocket, uploads and CDN all use it',
      ),
  })
  .describe('the hosts of Discord; every one can be replaced');
