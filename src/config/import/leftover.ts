import type { Ledger } from './ledger.ts';
import { misfitNotes } from './misfits.ts';
import type { Keys } from './scalars.ts';

const OWN_HISTORY =
  'every request gets a channel of its own, or goes on in the one that holds its history; a client that wants a lasting one names it in the header x-conversation';
const OWN_WORDS =
  'the history goes to the bot in a form of its own; what you want to add belongs into a system message';
const FORMAT = "cordgate's file has no version number";

const MODES: Readonly<Record<string, string>> = {
  '0': 'the last message went into one channel shared by all',
  '1': 'the model chose the channel',
  '2': 'the model was the name of the conversation',
  '3': 'the whole history went into one channel shared by all',
};

/** Why a key of the old file has no counterpart. `NAME: VALUE` stands in front of it. */
const REASONS: Readonly<Record<string, string | ((value: string) => string)>> = {
  Version: FORMAT,
  Version_minSupport: FORMAT,
  APISSL_keyStorePath: 'only PEM files can be used, see server.tls',
  APISSL_keyStorePassword: 'PEM files written by the commands above have no password',
  APIMaxThread:
    'an answer that is on its way holds no thread here; bots[].maxChannels and bots[].queue are the limits',
  OpenAPI_Chat_Default_Models2Conversation: (value) =>
    `${MODES[value] === undefined ? '' : `${MODES[value]}; here `}${OWN_HISTORY}`,
  OpenAPI_Chat_Default_Channel: OWN_HISTORY,
  OpenAPI_Chat_MsgForward_Prefix: OWN_WORDS,
  OpenAPI_Chat_MsgForward_Suffix: OWN_WORDS,
  OpenAPI_ImageGenerate_Default_Channel: OWN_HISTORY,
  OpenAI_ImageGenerate_Prompt_Prefix: 'the prompt goes to the bot without additions from this file',
  OpenAI_ImageGenerate_Prompt_Suffix: 'the prompt goes to the bot without additions from this file',
  Disable_CozeBot_ReplyMsgCheck: 'answers are always matched to their prompts by ids, never by recency',
  Disable_Name_Cache: 'the switch did nothing in the Bridge either; names are always kept, in store.path',
  Disable_ENV_Read:
    'the variables token, discord_server, coze_bot and key are not read; every key here has a variable of its own, such as CORDGATE_SERVER_PORT',
};

/** Comment that lists every key that was not brought over, with its value and the reason; empty when there is none. */
export function leftoverText(keys: Keys, dropped: readonly string[], ledger: Ledger): string {
  const known = Object.entries(REASONS)
    .filter(([name]) => keys.has(name))
    .map(([name, reason]) => {
      const value = keys.text(name);
      keys.take(name);
      return item(name, value, typeof reason === 'string' ? reason : reason(value), ledger);
    });
  const unknown = keys.rest().map(([name, value]) => {
    ledger.note(`${ledger.showName(name)} is no key of the Bridge; it was left out.`);
    return item(name, value, 'is no key of Coze-Discord-Bridge, so nobody knows what it means', ledger);
  });
  const misfits = misfitNotes(keys, '', ledger);
  const items = [...known, ...unknown, ...[...misfits, ...dropped].map((text) => `- ${text}`)];
  return items.length === 0 ? '' : `Of the old file this has no counterpart here:\n${items.join('\n')}`;
}

/** One line of such a list. */
export function item(name: string, value: unknown, reason: string, ledger: Ledger): string {
  return `- ${ledger.showName(name)}: ${value === '' ? '""' : ledger.show(value, name)} -- ${reason}`;
}
