/** The file that is to be written, before it is YAML: keys with their values, and the comments around them. */

/** `${NAME}`: to be filled in from the environment. */
export interface Placeholder {
  readonly variable: string;
}

/** What a key can hold. A list of plain values is written in one line where it fits. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Placeholder
  | readonly (string | Placeholder)[]
  | Block
  | readonly Block[];

/** One key. */
export interface Line {
  readonly key: string;
  readonly value: Value;
  /** Comment in the lines above. Lines that begin with two blanks are kept as they are, others are wrapped. */
  readonly above?: string;
  /** Comment behind the value. */
  readonly beside?: string;
}

/** A group of keys. */
export interface Block {
  readonly lines: readonly Line[];
  /** Comment above a group that stands in a list. */
  readonly above?: string;
}

/** The whole file. */
export interface Page {
  readonly head: string;
  /** The sections, with an empty line between them. */
  readonly sections: readonly Line[];
  /** Comment at the end. */
  readonly foot: string;
}

/** Joins comments as paragraphs of lines; undefined and empty ones are left out. */
export function paragraphs(...texts: readonly (string | undefined)[]): { above?: string } {
  const given = texts.filter((text) => text !== undefined && text !== '');
  return given.length === 0 ? {} : { above: given.join('\n') };
}
