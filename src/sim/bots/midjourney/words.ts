/** What the bots answer in words: describe, shorten, info, settings and the short ones (reference 2.2). */
import type { SimAttachment, WireObject } from '../../model.ts';
import { buttonRow } from './buttons.ts';
import { wordsOf } from './prompt.ts';

const DIGITS = ['1️⃣', '2️⃣', '3️⃣', '4️⃣', '5️⃣'];
const STYLES = [
  'in the style of impressionism',
  'cinematic light, 35mm film',
  'flat vector art',
  'watercolour',
];

/** The four lines of `/describe` for a picture. */
export function describeLines(name: string): string[] {
  return STYLES.map((style) => `${name}, ${style} --ar 1:1`);
}

/** The embed of `/describe`. */
export function describeEmbed(
  lines: readonly string[],
  image: string,
  attachment?: SimAttachment,
): WireObject {
  const { proxy_url, width, height } = attachment ?? {};
  return {
    type: 'rich',
    description: numbered(lines),
    image: { url: image, proxy_url: proxy_url ?? image, width: width ?? 0, height: height ?? 0 },
  };
}

/** The buttons of `/describe`. */
export function describeRows(count: number): WireObject[] {
  const numbers = Array.from({ length: count }, (_, position) => ({
    customId: `MJ::Job::PicReader::${position + 1}`,
    emoji: DIGITS[position] ?? '',
  }));
  return [
    buttonRow([...numbers, { customId: 'MJ::Picread::Retry', emoji: '🔄' }]),
    buttonRow([{ customId: 'MJ::Job::PicReader::all', label: 'Imagine all', emoji: '🎉' }]),
  ];
}

/** Five shorter and shorter forms of a prompt. */
export function shortenLines(prompt: string): string[] {
  const words = wordsOf(prompt).split(' ').filter(Boolean);
  const lengths = [1, 0.8, 0.6, 0.4, 0.2].map((share) => Math.max(1, Math.ceil(words.length * share)));
  return lengths.map((length) => words.slice(0, length).join(' '));
}

/** The embed of `/shorten`. */
export function shortenEmbed(prompt: string, lines: readonly string[]): WireObject {
  const tokens = wordsOf(prompt)
    .split(' ')
    .map((word, position) => (position % 2 === 0 ? `**${word}**` : word))
    .join(' ');
  return {
    type: 'rich',
    title: 'Shortened prompts',
    description: `## Important tokens\n${tokens}\n## Shortened prompts\n${numbered(lines)}`,
    footer: { text: 'Click on a button to imagine one of the shortened prompts' },
  };
}

/** The buttons of `/shorten`. */
export function shortenRows(count: number): WireObject[] {
  const drafts = Array.from({ length: count }, (_, position) => ({
    customId: `MJ::Job::PromptAnalyzer::${position + 1}`,
    emoji: DIGITS[position] ?? '',
  }));
  return [buttonRow(drafts)];
}

/** What `/info` counts. */
export interface InfoFacts {
  readonly username: string;
  readonly mode: string;
  readonly stealth: boolean;
  readonly made: number;
  readonly queuedFast: number;
  readonly queuedRelax: number;
  readonly running: number;
}

/** The embed of `/info`. */
export function infoEmbed(facts: InfoFacts): WireObject {
  const left = Math.max(0, 15 - facts.made / 60);
  const hours = `${left.toFixed(2)}/15.0 hours (${((left / 15) * 100).toFixed(2)}%)`;
  const lines = {
    Subscription: 'Standard (Active monthly, renews next on <t:1893456000>)',
    'Job Mode': facts.mode,
    'Visibility Mode': facts.stealth ? 'Stealth' : 'Public',
    'Fast Time Remaining': hours,
    'Lifetime Usage': `${facts.made} images (${(facts.made / 60).toFixed(2)} hours)`,
    'Relaxed Usage': '0 images (0.00 hours)',
    'Queued Jobs (fast)': facts.queuedFast,
    'Queued Jobs (relax)': facts.queuedRelax,
    'Running Jobs': facts.running === 0 ? 'None' : facts.running,
  };
  const description = Object.entries(lines)
    .map(([name, value]) => `**${name}**: ${value}`)
    .join('\n');
  return { type: 'rich', title: `Your info - ${facts.username}`, description };
}

/** What `/fast`, `/relax` and `/turbo` answer. */
export const MODE_ANSWERS = {
  fast: 'Done! Your jobs now consume fast-hours, but start immediately. You can always switch back with /relax',
  relax:
    'Done! Your jobs now do not consume fast-hours, but might take a little longer. You can always switch back with /fast',
  turbo:
    'Done! Your jobs now consume fast-hours at twice the rate, but render up to four times faster. You can always switch back with /fast',
} as const;

/** What `/prefer remix` answers. */
export function remixAnswer(isOn: boolean): string {
  return isOn ? 'Remix mode turned on! Click 🔄 on an image to change its prompt.' : 'Remix mode turned off!';
}

/** Settings as `/settings` shows them. */
export interface SettingsFacts {
  readonly suffix: string;
  readonly mode: string;
  readonly remix: boolean;
  readonly stealth: boolean;
  readonly isSubtle: boolean;
}

/** The text of `/settings`. */
export function settingsText({ suffix }: SettingsFacts): string {
  return `Adjust your settings here. Current suffix: \`${suffix}\``;
}

/** The menu and the buttons of `/settings`; green ones (style 3) are on. */
export function settingsRows(facts: SettingsFacts): WireObject[] {
  const toggle = (customId: string, label: string, isOn: boolean) => ({
    customId: `MJ::Settings::${customId}`,
    label,
    style: isOn ? 3 : 2,
  });
  const versions = ['7', '6.1', '6', '5.2'].map((version) => ({
    label: `Use the Midjourney V${version} model`,
    value: version,
    default: facts.suffix.endsWith(` ${version}`),
  }));
  const menu = {
    type: 3,
    custom_id: 'MJ::Settings::VersionSelector',
    options: versions,
    min_values: 1,
    max_values: 1,
  };
  return [
    { type: 1, components: [menu] },
    buttonRow([
      toggle('PublicMode', 'Public mode', !facts.stealth),
      toggle('RemixMode', 'Remix mode', facts.remix),
      toggle('HighVariabilityMode::1', 'High Variation Mode', !facts.isSubtle),
      toggle('HighVariabilityMode::0', 'Low Variation Mode', facts.isSubtle),
    ]),
    buttonRow([
      toggle('TurboMode', 'Turbo mode', facts.mode === 'turbo'),
      toggle('RelaxMode::off', 'Fast mode', facts.mode === 'fast'),
      toggle('RelaxMode::on', 'Relax mode', facts.mode === 'relax'),
      { customId: 'MJ::Settings::ResetSettings', label: 'Reset Settings' },
    ]),
  ];
}

/** What a bookmark answers. */
export function bookmarkText(guildId: string | undefined, channelId: string, messageId: string): string {
  const link = `https://discord.com/channels/${guildId ?? '@me'}/${channelId}/${messageId}`;
  return `You have successfully rated [this job](${link}) with 😍`;
}

/** What the ✉️ reaction answers. */
export function seedText(jobId: string, seed: number): string {
  return `**Job ID**: ${jobId} **seed** ${seed}`;
}

function numbered(lines: readonly string[]): string {
  return lines.map((line, position) => `${DIGITS[position]} ${line}`).join('\n\n');
}
