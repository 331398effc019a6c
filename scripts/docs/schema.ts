import { jsonSchema, type Shape } from '../../src/config/shape.ts';

/** In the file a text with a placeholder may stand in place of anything; only after the replacement the type counts. */
const PLACEHOLDER = { type: 'string', pattern: '\\$\\{' };

type Json = Record<string, unknown>;

function withPlaceholders(shape: Shape & Json): Json {
  const { description, default: fallback, ...rest } = shape;
  const notes = {
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
  };
  if (shape.const !== undefined) return shape;
  if (shape.type === 'object') return { ...shape, properties: mapValues(shape.properties ?? {}) };
  if (shape.type === 'array')
    return { ...shape, items: withPlaceholders((shape.items ?? {}) as Shape & Json) };
  if (shape.oneOf !== undefined || shape.anyOf?.some((choice) => choice.type === 'object')) {
    const choices = (shape.oneOf ?? shape.anyOf ?? []).map((choice) =>
      withPlaceholders(choice as Shape & Json),
    );
    return { ...notes, anyOf: choices };
  }
  const isFreeText = shape.type === 'string' && shape.enum === undefined && !('pattern' in shape);
  if (isFreeText) return shape;
  if (shape.anyOf !== undefined) return { ...notes, anyOf: [...shape.anyOf, PLACEHOLDER] };
  return { ...notes, anyOf: [rest, PLACEHOLDER] };
}

function mapValues(properties: Readonly<Record<string, Shape>>): Json {
  return Object.fromEntries(
    Object.entries(properties).map(([key, shape]) => [key, withPlaceholders(shape as Shape & Json)]),
  );
}

/** `schema/cordgate.schema.json`: for editors and other programs. */
export function schemaFile(): string {
  const { $schema, ...schema } = withPlaceholders(jsonSchema() as Shape & Json);
  const head = { $schema, title: 'cordgate.yaml', description: 'The configuration of cordgate.' };
  return `${JSON.stringify({ ...head, ...schema }, null, 2)}\n`;
}
