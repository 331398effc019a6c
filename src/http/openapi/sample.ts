/** Examples made of schemas. */
import type { DocumentOperation } from './document.ts';
import type { JsonSchema } from './schemas.ts';

/** A call as people type it; the key and the address are variables of the shell. */
export function curlOf(method: string, path: string, operation: DocumentOperation): string {
  const schema = operation.requestBody?.content['application/json']?.schema;
  const isOpen = operation.security.length === 0;
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase());
  const query = operation.parameters
    .filter((parameter) => parameter.in === 'query' && parameter.required)
    .map(({ name }) => `${name}=${name.toUpperCase()}`)
    .join('&');
  const isStream = Object.values(operation.responses).some(({ content }) => content?.['text/event-stream']);
  return [
    `curl ${isStream ? '-N ' : ''}${method === 'get' ? '' : `-X ${method.toUpperCase()} `}"$URL${address}${query === '' ? '' : `?${query}`}"`,
    ...(isOpen ? [] : ['  -H "Authorization: Bearer $KEY"']),
    ...(schema
      ? ['  -H "Content-Type: application/json"', `  -d '${JSON.stringify(sampleOf(schema))}'`]
      : []),
  ].join(' \\\n');
}

/** A value that fits a schema: what must be there, no more. */
function sampleOf(schema: JsonSchema): unknown {
  const { default: usual, const: fixed, enum: values, anyOf, oneOf, type, items } = schema;
  if (usual !== undefined) return usual;
  if (fixed !== undefined) return fixed;
  if (Array.isArray(values)) return values[0];
  const choices = anyOf ?? oneOf;
  if (Array.isArray(choices)) return sampleOf((choices[0] ?? {}) as JsonSchema);
  if (type === 'array') return items === undefined ? [] : [sampleOf(items as JsonSchema)];
  if (type === 'object') return objectOf(schema);
  if (type === 'integer' || type === 'number') return 1;
  return type === 'boolean' ? true : '…';
}

function objectOf({ properties, required }: JsonSchema): object {
  const needed = (required ?? []) as readonly string[];
  const known = Object.entries((properties ?? {}) as Record<string, JsonSchema>);
  return Object.fromEntries(
    known
      .filter(([name, inner]) => needed.includes(name) && inner.default === undefined)
      .map(([name, inner]) => {
        return [name, sampleOf(inner)];
      }),
  );
}
