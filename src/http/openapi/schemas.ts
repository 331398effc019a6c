import { z } from 'zod';

/** A JSON Schema, as far as it is looked at here. */
export interface JsonSchema {
  readonly [key: string]: unknown;
}

/** All schemas of one document: those with an id are written once, and referred to. */
export class SchemaBook {
  readonly #named = new Map<string, JsonSchema>();

  /**
   * The JSON Schema of a zod schema; what it says of itself (`describe`, `meta`) goes along.
   * @param io `input` for what callers send, `output` for what they get
   */
  of(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const {
      $defs = {},
      $schema: _dialect,
      ...rest
    } = z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      reused: 'inline',
    }) as JsonSchema;
    for (const [name, named] of Object.entries($defs as Record<string, JsonSchema>)) {
      this.#named.set(name, referring(named) as JsonSchema);
    }
    return referring(rest) as JsonSchema;
  }

  /** The schemas that have an id, by it. */
  get named(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#named].sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}

/** References lead to the schemas of the document; what makes sense in a schema file alone is left out. */
function referring(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(referring);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const isReference = key === '$ref' && typeof inner === 'string';
      return [key, isReference ? inner.replace('#/$defs/', '#/components/schemas/') : referring(inner)];
    }),
  );
}
