/** Turns the `Config.yml` of Coze-Discord-Bridge, in each of the forms it had, into a `cordgate.yaml`. */
import { type Group, isGroup } from '../tree.ts';
import { Accounts } from './accounts.ts';
import { readAccess } from './auth.ts';
import { ABOUT_MODELS, botBlock, botIdOf } from './bots.ts';
import { listOf, sortEntries } from './entry.ts';
import { refuseForeign } from './foreign.ts';
import { type Imported, proveLoadable } from './imported.ts';
import { Ledger } from './ledger.ts';
import { leftoverText } from './leftover.ts';
import { type NameFile, type Names, readNames } from './names.ts';
import { type Line, type Page, paragraphs } from './page.ts';
import { proxyLines } from './proxy.ts';
import { Keys, textOf } from './scalars.ts';
import { serverLines } from './server.ts';
import { readShared } from './shared.ts';
import { readSource } from './source.ts';
import { readTls } from './tls.ts';
import { writePage } from './write.ts';

/** What stands beside the old file. */
export interface BridgeSurroundings {
  /** True when the converted certificate and key of `PEM_FILES` exist. */
  readonly hasPemFiles: boolean;
  /** Every `conversation_*.json` and `cache_names.json`. */
  readonly nameFiles: readonly NameFile[];
}

/**
 * Converts the text of a Config.yml (keys and meanings: the README of Coze-Discord-Bridge).
 * @throws ImportError when it is something else, or cannot be read
 */
export function importBridge(text: string, surroundings: BridgeSurroundings): Imported {
  const { root, repeatedKeys } = readSource(text);
  refuseForeign(root);
  const ledger = new Ledger(secretsIn(root));
  if (repeatedKeys)
    ledger.note('A key stands twice in the old file; the last one was taken, as the Bridge did.');
  const accounts = new Accounts(ledger);
  const { page, botCount } = makePage(new Keys(root), accounts, ledger, surroundings);
  const imported = {
    text: writePage(page),
    accounts: accounts.ids,
    bots: Array.from({ length: botCount }, (_, index) => botIdOf(index)),
    notes: ledger.notes,
    variables: ledger.variables,
  };
  proveLoadable(imported);
  return imported;
}

function makePage(
  keys: Keys,
  accounts: Accounts,
  ledger: Ledger,
  surroundings: BridgeSurroundings,
): { page: Page; botCount: number } {
  const { used, dropped } = sortEntries(keys.take('Bots'), ledger);
  if (used.length === 0) ledger.note('No bot was found in Bots: the new file offers no model yet.');
  const access = readAccess(used, ledger);
  const shared = readShared(keys, ledger);
  const names = readNames(surroundings.nameFiles, used, ledger);
  const bots = used.map((entry, index) =>
    botBlock(entry, index, { ...shared, names: names[index] ?? new Map() }, accounts, ledger),
  );
  const tls = readTls(keys, surroundings.hasPemFiles, ledger);
  const server = serverLines(keys, tls, access.hasKeys, ledger);
  const sections: Line[] = [
    { key: 'server', value: { lines: server } },
    ...section('auth', access.lines),
    ...section('discord', proxyLines(keys, ledger)),
    { key: 'accounts', value: accounts.blocks() },
    { key: 'bots', value: bots, ...paragraphs(bots.length > 0 ? ABOUT_MODELS : '') },
  ];
  const foot = [conversationText(names), leftoverText(keys, dropped, ledger)];
  return {
    page: { head: HEAD, sections, foot: foot.filter((part) => part !== '').join('\n\n') },
    botCount: bots.length,
  };
}

const HEAD = `Made by "cordgate import" from the Config.yml of Coze-Discord-Bridge. Every key is described in docs/configuration.md.
This file holds tokens and keys: let nobody else read it. Each can be written as \${NAME} to come from the environment.
"cordgate check" proves that it works. Behind the values stand the keys of the old file.`;

function section(key: string, lines: readonly Line[]): Line[] {
  return lines.length === 0 ? [] : [{ key, value: { lines } }];
}

function conversationText(names: readonly Names[]): string {
  if (names.some(({ size }) => size > 0)) return '';
  return 'Conversations: the names that the Bridge kept in conversation_<Key>.json (earlier in cache_names.json) are imported into conversations of each bot when these files stand beside the Config.yml; none with a name did.';
}

/** Every token and key of the file, wherever it stands, so that none is shown. */
function secretsIn(root: Group): string[] {
  const keys = new Keys(root);
  const entries = listOf(keys.take('Bots')).filter(isGroup);
  const perBot = entries.flatMap((group) => {
    const own = new Keys(group);
    const tokens = ['Token', 'Token2', 'Discord_Bot_Token'].flatMap((name) =>
      own.text(name).split(/[,，\s]+/),
    );
    const access = own.text('Key');
    return access === 'default' ? tokens : [...tokens, access];
  });
  return [...perBot, textOf(keys.take('APISSL_keyStorePassword'))];
}
