import { type Accounts, numbered } from './accounts.ts';
import type { Entry } from './entry.ts';
import type { Ledger } from './ledger.ts';

/** Who reads and who writes for a bot. */
export interface Crew {
  readonly listen: string;
  readonly send: readonly string[];
  /** Comment on the pair, empty when there is nothing to say. */
  readonly remark: string;
}

const BOT_SENDS =
  'The bot itself sends the prompts. Coze has ignored what bots write since February 2024: if it does so with yours, add an account of kind user and name it in send.';
const USER_LISTENS = 'The last version of the Bridge had user accounts only, so the first of them listens.';

/**
 * Reads the three forms that the tokens of an entry had: Discord_Bot_Token (a bot sends), Token with Token2 (a bot
 * listens, a user sends), Token alone (user accounts, parted by commas).
 */
export function crewOf(entry: Entry, index: number, accounts: Accounts, ledger: Ledger): Crew {
  const { keys, origin } = entry;
  const older = keys.text('Discord_Bot_Token');
  const first = tokensIn(keys.text('Token'));
  const isSeedForm = keys.has('Token2');
  const second = tokensIn(keys.text('Token2'));
  const [botToken, botOrigin] =
    isSeedForm && first[0] !== undefined
      ? [first[0], `${origin}.Token`]
      : [older, `${origin}.Discord_Bot_Token`];
  if (isSeedForm && (first.length > 1 || (first[0] !== undefined && older !== '' && older !== first[0]))) {
    ledger.note(`${origin}: Token and Token2 were taken; a further bot token was left out.`);
  }
  const users = isSeedForm ? second : first;
  const userOrigin = isSeedForm ? `${origin}.Token2` : `${origin}.Token`;
  const addUser = (token: string) =>
    accounts.add('user', token, userOrigin, numbered('DISCORD_USER_TOKEN', index, '_'));

  if (botToken === '' && users.length > 0 && !isSeedForm) {
    const send = unique(users.map(addUser));
    return { listen: send[0] ?? '', send, remark: ledger.note(USER_LISTENS) };
  }
  const named = isSeedForm || !keys.has('Discord_Bot_Token') ? `${origin}.Token` : botOrigin;
  const listen = accounts.add(
    'bot',
    botToken,
    botToken === '' ? named : botOrigin,
    numbered('DISCORD_BOT_TOKEN', index, '_'),
  );
  const send = unique(users.map(addUser));
  if (send.length > 0) return { listen, send, remark: '' };
  return { listen, send: [listen], remark: ledger.note(BOT_SENDS) };
}

/** Tokens parted by commas, Chinese ones as well. */
function tokensIn(text: string): string[] {
  return unique(
    text
      .split(/[,，]/)
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
