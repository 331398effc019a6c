/** Schemas as people read them. */
import { type Html, html } from './html.ts';
import type { JsonSchema } from './schemas.ts';

const REFERENCE = '#/components/schemas/';

/** Deeper ones are named by their type alone. */
const DEEPEST = 4;

/** A schema: the table of its fields, else its type in words. */
export function schemaView(schema: JsonSchema, depth = 0): Html {
  const fields = fieldsOf(schema);
  if (fields === undefined || depth >= DEEPEST) return html`<p>${typeOf(schema)}</p>`;
  return html`<div class="table"><table>
<thead><tr><th scope="col">field</th><th scope="col">type</th><th scope="col">means</th></tr></thead>
<tbody>${fields.map((field) => row(field, depth))}</tbody></table></div>`;
}

/** The name of a schema's place on the page. */
export function anchorOf(name: string): string {
  return `schema-${name}`;
}

interface Field {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly isNeeded: boolean;
}

/** The fields of an object, or of the entries of a list. */
function fieldsOf(schema: JsonSchema): Field[] | undefined {
  const { properties, required = [], items } = schema;
  if (isObject(properties)) {
    const needed = required as readonly string[];
    return Object.entries(properties).map(([name, inner]) => {
      return { name, schema: inner as JsonSchema, isNeeded: needed.includes(name) };
    });
  }
  return isObject(items) ? fieldsOf(items) : undefined;
}

function row({ name, schema, isNeeded }: Field, depth: number): Html {
  const inner = variantsOf(schema).filter((variant) => fieldsOf(variant) !== undefined);
  return html`<tr><th scope="row"><code>${name}</code></th><td>${typeOf(schema)}${isNeeded ? '' : ', optional'}</td>
<td>${textOf(schema.description)}${inner.map((variant) => schemaView(variant, depth + 1))}</td></tr>`;
}

/** What is referred to stands elsewhere on the page. */
function variantsOf(schema: JsonSchema): readonly JsonSchema[] {
  if (schema.$ref !== undefined) return [];
  const choices = schema.anyOf ?? schema.oneOf;
  return Array.isArray(choices) ? choices.flatMap(variantsOf) : [schema];
}

/** A type in words: `text`, `list of Task`, `"a" or "b"`. */
export function typeOf(schema: JsonSchema): Html {
  const { $ref, type, items, anyOf, oneOf, enum: values, const: fixed } = schema;
  if (typeof $ref === 'string') {
    const name = $ref.replace(REFERENCE, '');
    return html`<a href="#${anchorOf(name)}">${name}</a>`;
  }
  if (Array.isArray(values))
    return joined(values.map((value) => html`<code>${JSON.stringify(value)}</code>`));
  if (fixed !== undefined) return html`<code>${JSON.stringify(fixed)}</code>`;
  const choices = anyOf ?? oneOf;
  if (Array.isArray(choices)) return joined((choices as JsonSchema[]).map(typeOf));
  if (type === 'array') return html`list of ${isObject(items) ? typeOf(items) : 'anything'}`;
  if (Array.isArray(type)) return joined(type.map((one) => html`${wordOf(one, schema)}`));
  return html`${wordOf(type, schema)}`;
}

function joined(parts: readonly Html[]): Html {
  return html`${parts.map((part, index) => (index === 0 ? part : html` or ${part}`))}`;
}

function wordOf(type: unknown, schema: JsonSchema): string {
  if (type === 'string') return schema.format === 'binary' ? 'file' : 'text';
  if (type === 'integer' || type === 'number')
    return `${type === 'integer' ? 'whole ' : ''}number${rangeOf(schema)}`;
  if (type === 'boolean') return 'true or false';
  if (type === 'null') return 'null';
  return type === 'object' ? 'object' : 'anything';
}

/** Bounds that no number of JSON can pass say nothing. */
function rangeOf({ minimum, maximum }: JsonSchema): string {
  const least = typeof minimum === 'number' && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined;
  const most = typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`;
  if (least !== undefined) return ` from ${least} on`;
  return most === undefined ? '' : ` up to ${most}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
