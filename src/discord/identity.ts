/** The two ways to be somebody on Discord. All that differs between bots and users is here and in rest/upload.ts. */
import { readFileSync } from 'node:fs';
import { GatewayIntentBits } from 'discord-api-types/gateway/v10';
import type { AccountIdentity } from './account.ts';

const PROJECT_URL = 'https://github.com/cordgate/cordgate';

/** Messages, their content and typing; nothing about guilds, members or presences is ever wanted. */
const BOT_INTENTS =
  GatewayIntentBits.GuildMessages | GatewayIntentBits.GuildMessageTyping | GatewayIntentBits.MessageContent;

/**
 * What a user's client says that it understands: small READY payloads. Bit 8 (AUTH_TOKEN_REFRESH) is off, because
 * nobody here could store a token that Discord renews.
 */
const USER_CAPABILITIES = 16125;

let version: string | undefined;

/** Version of this package; package.json lies two folders above both `src/discord` and `dist/discord`. */
function packageVersion(): string {
  if (version === undefined) {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    const parsed: unknown = JSON.parse(text);
    const found = typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : '';
    version = typeof found === 'string' ? found : '';
  }
  return version;
}

/** The `User-Agent` of an account. Bots: Discord docs, "Reference", section "User Agent". */
export function userAgentOf(account: AccountIdentity): string {
  if (account.kind === 'bot') return `DiscordBot (${PROJECT_URL}, ${packageVersion()})`;
  return account.userAgent ?? `cordgate/${packageVersion()} (${PROJECT_URL})`;
}

/** The `Authorization` header of an account. */
export function authorizationOf(account: AccountIdentity): string {
  return account.kind === 'bot' ? `Bot ${account.token}` : account.token;
}

/** Gateway version: user accounts are served by 9, the version that Discord's own clients speak. */
export function gatewayVersionOf(account: AccountIdentity): number {
  return account.kind === 'bot' ? 10 : 9;
}

/** Data of the login payload (Discord docs, "Identify"). The properties are honest: no client is imitated. */
export function identifyOf(account: AccountIdentity): object {
  const properties = { os: process.platform, browser: 'cordgate', device: 'cordgate' };
  if (account.kind === 'bot') return { token: account.token, intents: BOT_INTENTS, properties };
  return {
    token: account.token,
    capabilities: USER_CAPABILITIES,
    properties: { ...properties, browser_user_agent: userAgentOf(account) },
    compress: false,
    client_state: { guild_versions: {} },
  };
}
