/** The commands (reference 6). Ids and versions of the real ones are unknown; these are new in each world. */
import type { SimCommand } from '../../applications.ts';
import type { WireObject } from '../../model.ts';

/** Names of the commands, in the order of the index. */
export const COMMAND_NAMES = ['create', 'animate', 'encrypt_text', 'encrypt_image'] as const;
/** Name of a command. */
export type CommandName = (typeof COMMAND_NAMES)[number];

/** Longest prompt, in characters. */
export const PROMPT_LIMIT = 1500;
/** Longest hidden message, in characters. */
const MESSAGE_LIMIT = 20;
const FONTS = ['MODERN', 'COMICS', 'SANS SERIF', 'BAUHAUS', 'RETRO'];

const prompt = (required: boolean): WireObject => ({
  type: 3,
  name: 'prompt',
  description: 'What the video shows',
  required,
  max_length: PROMPT_LIMIT,
});
const image = (required: boolean): WireObject => ({
  type: 11,
  name: 'image',
  description: 'The image to begin with',
  required,
});
const message: WireObject = {
  type: 3,
  name: 'message',
  description: 'The words to hide',
  required: true,
  max_length: MESSAGE_LIMIT,
};
const font: WireObject = {
  type: 3,
  name: 'font',
  description: 'How the words look',
  required: false,
  choices: FONTS.map((name) => ({ name, value: name })),
};

const TABLE: Readonly<Record<CommandName, readonly [string, readonly WireObject[]]>> = {
  create: ['Create a video from a prompt', [prompt(true), image(false)]],
  animate: ['Animate an image', [image(true), prompt(false)]],
  encrypt_text: ['Hide a message in a video', [message, prompt(true), font, image(false)]],
  encrypt_image: ['Hide an image in a video', [image(true), prompt(true)]],
};

/** The commands, with ids and versions that `newId` gives. */
export function makeCommands(newId: () => string): SimCommand[] {
  return COMMAND_NAMES.map((name) => {
    const [description, options] = TABLE[name];
    return { id: newId(), name, version: newId(), type: 1, description, options };
  });
}
