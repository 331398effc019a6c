import { type Accounts, numbered } from './accounts.ts';
import type { Entry } from './entry.ts';
import type { Ledger } from './ledger.ts';
import { misfitNotes } from './misfits.ts';
import { type Names, namesLine } from './names.ts';
import { type Block, type Line, type Placeholder, paragraphs } from './page.ts';
import { snowflakeOf } from './scalars.ts';
import { crewOf } from './senders.ts';
import type { Shared } from './shared.ts';

/**
 * Names that clients of the Bridge send: the defaults of NextChat, LobeChat, one-api and SillyTavern, the one name
 * that the Bridge's own list had (gpt-3.5-turbo-0301), and dall-e-3 for pictures.
 */
export const MODELS: readonly string[] = [
  'gpt-4o',
  'gpt-4o-mini',
  'gpt-4',
  'gpt-4-turbo',
  'gpt-4-turbo-preview',
  'gpt-4-1106-preview',
  'gpt-4-0125-preview',
  'gpt-4-vision-preview',
  'gpt-4-32k',
  'gpt-3.5-turbo',
  'gpt-3.5-turbo-16k',
  'gpt-3.5-turbo-0301',
  'gpt-3.5-turbo-0613',
  'gemini-pro',
  'dall-e-3',
];

/** Comment above `bots`. */
export const ABOUT_MODELS =
  "models: the Bridge took any model name, because the access key alone chose the bot. Here every bot offers the names that clients of the Bridge commonly send, and its own id. The same name at several bots is no collision as long as each key reaches one bot, as the keys above do. A key that reaches several bots spreads the requests for a shared name over them, and the bot's own id addresses one: give each bot names of its own if you add such a key.";

/** The id of the bot that an entry becomes. */
export function botIdOf(index: number): string {
  return numbered('coze', index);
}

/** Turns an entry of `Bots` into an entry of `bots`. */
export function botBlock(
  entry: Entry,
  index: number,
  shared: Shared & { readonly names: Names },
  accounts: Accounts,
  ledger: Ledger,
): Block {
  const id = botIdOf(index);
  const crew = crewOf(entry, index, accounts, ledger);
  const category = categoryOf(entry, ledger);
  const lines: Line[] = [
    { key: 'id', value: id },
    { key: 'driver', value: 'coze' },
    { key: 'listen', value: crew.listen },
    { key: 'send', value: crew.send },
    idLine(entry, 'guildId', 'Server_id', numbered('DISCORD_GUILD_ID', index, '_'), ledger),
    ...category.lines,
    idLine(entry, 'botUserId', 'CozeBot_id', numbered('COZE_BOT_USER_ID', index, '_'), ledger),
    { key: 'models', value: [...MODELS, id] },
    ...(index === 0 ? shared.explained : shared.plain),
    ...namesLine(shared.names),
  ];
  // Last, because it lists the keys that nothing above has taken.
  const odd = oddities(entry, ledger);
  return { ...paragraphs(`From ${entry.origin}.`, crew.remark, category.remark, ...odd), lines };
}

const MEANINGS: Readonly<Record<string, string>> = {
  Server_id: 'id of the server (guild) in which the Coze bot lives',
  CozeBot_id: 'user id of the Coze bot',
};

function idLine(entry: Entry, key: string, name: string, variable: string, ledger: Ledger): Line {
  const text = entry.keys.text(name);
  const value: string | Placeholder =
    snowflakeOf(text) ??
    ledger.ask(
      variable,
      `${MEANINGS[name] ?? name}; ${entry.origin}.${name} was no Discord id`,
      '100000000000000000',
    );
  const remark =
    typeof value === 'string'
      ? ''
      : `: ${text === '' ? 'was empty' : `${ledger.show(text)} is no Discord id`}`;
  return { key, value, beside: `${name}${remark}` };
}

function categoryOf(entry: Entry, ledger: Ledger): { lines: Line[]; remark: string } {
  const text = entry.keys.text('CreateChannel_Category');
  const id = snowflakeOf(text);
  if (id !== undefined)
    return { lines: [{ key: 'categoryId', value: id, beside: 'CreateChannel_Category' }], remark: '' };
  if (text === '') return { lines: [], remark: '' };
  const remark = `${entry.origin}.CreateChannel_Category: ${ledger.show(text)} is no Discord id and was left out.`;
  return { lines: [], remark: ledger.note(remark) };
}

/** Keys of an entry that say nothing here: another protocol, and names that the original did not have. */
function oddities({ keys, origin }: Entry, ledger: Ledger): string[] {
  const protocol = keys.text('Protocol');
  const known = ['', 'discord'].includes(protocol.toLowerCase());
  const notes = [
    ...(known
      ? []
      : [`${origin}.Protocol: ${ledger.show(protocol)} is not known; this bot was taken as one on Discord.`]),
    ...keys.rest().map(([name, value]) => {
      return `${origin}.${ledger.showName(name)}: ${ledger.show(value, name)} is no key of the Bridge and was left out.`;
    }),
  ].map((text) => ledger.note(text));
  return [...notes, ...misfitNotes(keys, `${origin}.`, ledger)];
}
