/** How a dialect describes its paths, in its own words and with its own schemas. */
import type { z } from 'zod';

/** Methods that paths are described with. */
export type DescribedMethod = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Who may call: anybody; any key; admin keys; any key, which may also come as the parameter `key`. */
export type Access = 'open' | 'key' | 'admin' | 'key-or-parameter';

/** What a request carries. */
export interface DescribedBody {
  readonly json?: z.ZodType | undefined;
  /** The same as a form; a field of `z.file()` is a file. */
  readonly form?: z.ZodType | undefined;
  readonly isOptional?: boolean | undefined;
  /** Fields that must be there although their schema is lenient. */
  readonly needs?: readonly string[] | undefined;
}

/** One answer. */
export interface DescribedAnswer {
  readonly status: number;
  readonly is: string;
  readonly json?: z.ZodType | undefined;
  /** Another type than JSON: its name, with the schema of what it carries where there is one. */
  readonly other?: Readonly<Record<string, z.ZodType | undefined>> | undefined;
}

/** What one method of a path does. */
export interface Described {
  readonly method: DescribedMethod;
  /** With parameters as `{name}`. */
  readonly path: string;
  readonly does: string;
  readonly details?: string | undefined;
  readonly access: Access;
  /** What the parameters of the path mean. */
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly query?: z.ZodObject | undefined;
  /** Request headers that change what is done. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: DescribedBody | undefined;
  readonly answers: readonly DescribedAnswer[];
}

/** A dialect. */
export interface Section {
  readonly name: string;
  readonly about: string;
  /** The body of an error. */
  readonly error: z.ZodType;
  /** What errors look like beyond their body. */
  readonly errorText: string;
  readonly paths: readonly Described[];
}
