/** docs/drawing.md against the code: options, states, buttons and notices. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Task, TaskAction, TaskStatus } from '../../../src/core/task.ts';
import type { StudioView } from '../../../src/core/tasks.ts';
import { chooseAction, readActions } from '../../../src/drivers/midjourney/buttons.ts';
import { readNotice } from '../../../src/drivers/midjourney/notices.ts';
import { KNOWN_NOTICES } from '../../../src/drivers/midjourney/notices-table.ts';
import { midjourneyBotSchema } from '../../../src/drivers/midjourney/options.ts';
import { actionWord, readAction } from '../../../src/http/discordxy/actions.ts';
import { renderTask as renderForDiscordxy } from '../../../src/http/discordxy/render.ts';
import { renderTask as renderForProxy } from '../../../src/http/midjourney-proxy/render.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/drawing.md'), 'utf8');

/** The rows of the table that begins with this column, each a list of cells. */
function table(firstColumn: string): string[][] {
  const start = page.indexOf(`| ${firstColumn} |`);
  expect(start, `the table "${firstColumn}"`).toBeGreaterThan(-1);
  const lines = page.slice(start).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const codes = (cell = '') => Array.from(cell.matchAll(/`([^`]+)`/g), ([, code = '']) => code);

const given = { rooms: [{ account: 'alice', channelId: '1100000000000000002' }] };
const defaults = midjourneyBotSchema.parse(given);

describe('the options in docs/drawing.md', () => {
  const roomSchema = midjourneyBotSchema.shape.rooms.element;
  it.each([
    ['option of the bot', midjourneyBotSchema.shape, defaults, given],
    ['option of a room', roomSchema.shape, defaults.rooms[0], given.rooms[0]],
  ] as const)('are all of them, with their defaults: %s', (heading, shape, filled, asked) => {
    const documented = Object.fromEntries(
      table(heading).map(([name = '', value]) => [codes(name)[0], value]),
    );
    const expected = Object.keys(shape).map((key) => {
      const value: unknown = Reflect.get(filled ?? {}, key);
      if (key in (asked ?? {})) return [key, 'required'];
      return [key, value === undefined ? 'none' : `\`${JSON.stringify(value)}\``];
    });
    expect(documented).toEqual(Object.fromEntries(expected));
  });
});

const task = (patch: Partial<Task>): Task => ({
  id: '1211421713496994992',
  botId: 'midjourney',
  driver: 'midjourney',
  model: 'midjourney',
  callerId: 'me',
  accountId: 'alice',
  channelId: '1100000000000000002',
  status: 'queued',
  request: { verb: 'imagine', prompt: 'a small cat', links: [], files: 0 },
  percent: 0,
  media: [],
  actions: [],
  trace: {},
  submittedAt: 1_713_497_101_900,
  revision: 1,
  ...patch,
});

describe('the states in docs/drawing.md', () => {
  const rows = table('status').map(([status, , discordxy, proxy]) =>
    [status, discordxy, proxy].map((cell) => codes(cell)[0]),
  );

  it('are all of them', () => {
    const all: Record<TaskStatus, true> = {
      form: true,
      queued: true,
      submitted: true,
      accepted: true,
      waiting: true,
      running: true,
      succeeded: true,
      failed: true,
      'timed-out': true,
      cancelled: true,
    };
    expect(rows.map(([status]) => status)).toEqual(Object.keys(all));
  });

  it.each(rows)('%s is %s for Discordxy and %s for Midjourney-Proxy', (status, discordxy, proxy) => {
    const shown = task({ status: status as TaskStatus });
    const linkOf = ({ url }: { url: string }) => url;
    expect(renderForDiscordxy(shown, linkOf).status).toBe(discordxy);
    expect(renderForProxy(shown, linkOf).status).toBe(proxy);
  });

  it('of accounts are all of them', () => {
    const all: Record<StudioView['condition'], true> = {
      ready: true,
      offline: true,
      paused: true,
      draining: true,
      disabled: true,
    };
    expect(table('state').map(([state]) => codes(state)[0])).toEqual(Object.keys(all));
  });
});

/** A custom id of each kind of button, as Midjourney writes it. */
const BUTTONS = [
  ...[1, 2, 3, 4].flatMap((index) => [`upsample::${index}`, `variation::${index}`]),
  'reroll::0',
  'upsample_v6_2x_subtle::1',
  'upsample_v6_2x_creative::1',
  'upsample_v5_2x::1',
  'upsample_v5_4x::1',
  'low_variation::1',
  'high_variation::1',
  'pan_left::1',
  'pan_right::1',
  'pan_up::1',
  'pan_down::1',
  'animate_high::1',
  'animate_low::1',
  'animate_high_extend::1',
  'animate_low_extend::1',
  'video_virtual_upscale::2',
].map((name) => `MJ::JOB::${name}::4e68485a-900c-4c1b-9222-f9b5ae4b3fcf::SOLO`);
const OTHERS = [
  'Inpaint::1',
  'Outpaint::50::1',
  'Outpaint::75::1',
  'Outpaint::100::1',
  'CustomZoom',
  'BOOKMARK',
].map((name) => `MJ::${name}::4e68485a-900c-4c1b-9222-f9b5ae4b3fcf`);
const pressable = [
  ...BUTTONS,
  ...OTHERS,
  'MJ::Job::PicReader::1',
  'MJ::Picread::Retry',
  'MJ::Something::New',
];

describe('the buttons in docs/drawing.md', () => {
  const rows = table('kind').map(([kinds, words]) => ({ kinds: codes(kinds), words: codes(words) }));
  const offered: TaskAction[] = readActions([
    { type: 1, components: pressable.map((custom_id) => ({ type: 2, style: 2, custom_id, label: '' })) },
  ]);

  it('are every kind that Midjourney offers', () => {
    const kinds = offered.map(({ kind }) => kind);
    expect(rows.flatMap((row) => row.kinds).sort()).toEqual([...new Set(kinds)].sort());
  });

  it.each(rows.filter(({ words }) => words[0] !== 'customId'))('$words press $kinds', ({ kinds, words }) => {
    const pressed = words.map((word) => chooseAction(offered, readAction(word)));
    expect([...new Set(pressed.map(({ kind }) => kind))].sort()).toEqual([...kinds].sort());
  });

  it('have the words that the status shows, but for those with a number', () => {
    for (const { kinds, words } of rows) {
      if (words[0] === 'customId' || /^[UV]\d/.test(words[0] ?? '')) continue;
      const shown = offered
        .filter(({ kind }) => kinds.includes(kind))
        .map((action) =>
          actionWord(task({ request: { verb: 'act', prompt: '', links: [], files: 0, action } })),
        );
      for (const word of shown) expect(words).toContain(word);
    }
  });
});

describe('the notices in docs/drawing.md', () => {
  const rows = table('notice').flatMap(([titles, outcome, account]) =>
    codes(titles).map((title) => ({ title, outcome: outcome ?? '', account: account ?? '' })),
  );
  /** As a card, else as a line of its own. */
  const notice = (title: string) => {
    const message = { id: '1211421713496994992', channel_id: '1', content: '' };
    const card = readNotice({ ...message, embeds: [{ title, description: 'why' }] });
    return card ?? readNotice({ ...message, content: `${title} :(` });
  };

  it.each(rows)('$title: $outcome', ({ title, outcome, account }) => {
    const meaning = notice(title);
    const ends = { fail: `\`${meaning?.code}\``, wait: 'waits', retry: 'sent again later', none: '' };
    expect(ends[meaning?.consequence ?? 'none']).toBe(outcome);
    const [reason] = codes(account);
    expect(meaning?.account?.reason).toBe(reason);
    const word = { pause: /^paused/, disable: /^disabled/, slow: /asked last/, note: /^$/ };
    if (meaning?.account) expect(account).toMatch(word[meaning.account.consequence]);
  });

  it('are all that are known', () => {
    const titles = rows.map(({ title }) => title.toLowerCase());
    const missing = KNOWN_NOTICES.filter(
      ({ title, footer }) => !footer && !titles.some((one) => title.test(one)),
    );
    expect(missing).toEqual([]);
  });
});
