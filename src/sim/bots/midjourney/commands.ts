/** The commands of both bots, with the ids and versions last seen (reference 1.6). */
import type { SimCommand } from '../../applications.ts';
import type { WireObject } from '../../model.ts';

/** The two bots. */
export type Variant = 'midjourney' | 'niji';

/** Application id, and user id, of each bot. */
export const BOT_IDS: Readonly<Record<Variant, string>> = {
  midjourney: '936929561302675456',
  niji: '1022952195194359889',
};

const prompt: WireObject = { type: 3, name: 'prompt', description: 'The prompt to imagine', required: true };
const pictures = [1, 2, 3, 4, 5].map((number) => ({
  type: 11,
  name: `image${number}`,
  description: `Image ${number} to add to the blend`,
  required: number < 3,
}));
const dimensions: WireObject = {
  type: 3,
  name: 'dimensions',
  description: 'The dimensions of the image',
  required: false,
  choices: [
    { name: 'Portrait', value: '--ar 2:3' },
    { name: 'Square', value: '--ar 1:1' },
    { name: 'Landscape', value: '--ar 3:2' },
  ],
};
const subcommands = ['remix', 'auto_dm', 'suffix', 'variability'].map((name) => ({
  type: 1,
  name,
  description: `Your preference for ${name}`,
  options: [],
}));

/** Name, what it says about itself, options; then id and version of Midjourney's and of niji's. */
const TABLE: readonly (readonly [string, string, readonly WireObject[], string, string, string, string])[] = [
  [
    'imagine',
    'Create images with Midjourney',
    [prompt],
    '938956540159881230',
    '1237876415471554623',
    '1023054140580057099',
    '1248805223892254774',
  ],
  [
    'blend',
    'Blend images together seamlessly!',
    [...pictures, dimensions],
    '1062880104792997970',
    '1237876415471554624',
    '1061216934374424697',
    '1248805223892254775',
  ],
  [
    'describe',
    'Writes a prompt based on your image.',
    [
      { type: 11, name: 'image', description: 'The image to describe', required: false },
      { type: 3, name: 'link', description: 'The link of an image to describe', required: false },
    ],
    '1092492867185950852',
    '1237876415471554625',
    '1092683500743831652',
    '1248805223892254776',
  ],
  [
    'shorten',
    'Analyzes and shortens a prompt.',
    [prompt],
    '1121575372539039774',
    '1247736572414001223',
    '1121575453916942376',
    '1248805223892254777',
  ],
  [
    'show',
    'Shows the job view based on job id.',
    [{ type: 3, name: 'job_id', description: 'The job ID of the job you want to show.', required: true }],
    '1169435442328911902',
    '1247736572414001224',
    '1023054140580057101',
    '1248805223892254781',
  ],
  [
    'info',
    'View information about your profile.',
    [],
    '972289487818334209',
    '1237876415735660565',
    '1023054140580057102',
    '1248805223892254782',
  ],
  [
    'fast',
    'Switch to fast mode',
    [],
    '972289487818334212',
    '1237876415735660572',
    '1023054140580057107',
    '1248805223925940261',
  ],
  [
    'relax',
    'Switch to relax mode',
    [],
    '972289487818334213',
    '1237876415735660573',
    '1023054140634579024',
    '1248805223925940262',
  ],
  [
    'settings',
    'View and adjust your personal settings.',
    [],
    '1000850743479255081',
    '1493662068581077053',
    '1023054140634579025',
    '1493662157915684906',
  ],
  [
    'turbo',
    'Switch to turbo mode',
    [],
    '1124132684143271996',
    '1237876415735660574',
    '1124132684143271997',
    '1248805223925940263',
  ],
  [
    'prefer',
    'Your preferences.',
    subcommands,
    '984273800587776053',
    '1237876415735660575',
    '1023054140580057108',
    '1248805223925940264',
  ],
  [
    'stealth',
    'Switch to stealth mode',
    [],
    '987795926183731231',
    '1237876415735660576',
    '1023054140634579026',
    '1248805223925940265',
  ],
  [
    'public',
    'Switch to public mode',
    [],
    '987795926183731232',
    '1237876415735660577',
    '1023054140634579027',
    '1248805223925940266',
  ],
  [
    'subscribe',
    'Subscribe to Midjourney',
    [],
    '994261739745050684',
    '1237876415735660578',
    '1023054140634579028',
    '1248805223925940267',
  ],
  [
    'ask',
    'Get an answer to a question.',
    [{ type: 3, name: 'question', description: 'What is the question?', required: true }],
    '994261739745050685',
    '1237876415735660579',
    '1023054140634579029',
    '1248805223925940268',
  ],
];

/** The commands of a bot. */
export function commandsOf(variant: Variant): SimCommand[] {
  return TABLE.map(([name, description, options, id, version, nijiId, nijiVersion]) => ({
    id: variant === 'niji' ? nijiId : id,
    version: variant === 'niji' ? nijiVersion : version,
    name,
    type: 1,
    description,
    options,
  }));
}

/** Gives every command another version, as when the makers deploy. */
export function bumpVersions(commands: readonly SimCommand[]): void {
  for (const command of commands) command.version = String(BigInt(command.version) + 4_194_305n);
}
