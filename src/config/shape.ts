/**
 * The schema as plain data, for everything but validation: which keys exist, of which type they are, what they
 * mean. It is the JSON Schema of the configuration, so that there is only one description.
 */
import { z } from 'zod';
import { configSchema } from './schema.ts';

/** The parts of JSON Schema that the configuration's own schema uses. */
export interface Shape {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
}

/** The JSON Schema of `cordgate.yaml` (draft 2020-12). */
export function jsonSchema(): Shape {
  return z.toJSONSchema(configSchema, { io: 'input' }) as Shape;
}

/** The root of the configuration's shape. */
export const rootShape: Shape = jsonSchema();

/**
 * The shape without its `null`; of several kinds of bots the one that `value.driver` names. While that is not known, a
 * shape with the keys of all kinds.
 */
export function resolve(shape: Shape, value?: unknown): Shape {
  const choices = [...(shape.anyOf ?? []), ...(shape.oneOf ?? [])].filter((choice) => choice.type !== 'null');
  if (choices.length === 0) return shape;
  const driver = typeof value === 'object' && value !== null && 'driver' in value ? value.driver : undefined;
  return choices.find((choice) => choice.properties?.driver?.const === driver) ?? joined(choices);
}

/** The keys of all kinds; where kinds share a key, it means the same. */
function joined(choices: readonly Shape[]): Shape {
  const [first = {}, ...others] = choices;
  if (others.length === 0) return first;
  const properties = Object.assign({}, ...others.map((choice) => choice.properties), first.properties);
  return { ...first, properties };
}

/** True when the key may be `null`. */
export function isNullable(shape: Shape): boolean {
  return (shape.anyOf ?? []).some((choice) => choice.type === 'null');
}

/** True when the key holds one value instead of a list or a group of keys. */
export function isLeaf(shape: Shape): boolean {
  const { type } = resolve(shape);
  return type !== 'object' && type !== 'array';
}

/** The shape of a key or list entry below `shape`, or undefined when there is no such key. */
export function childShape(shape: Shape, step: string | number, value?: unknown): Shape | undefined {
  const resolved = resolve(shape, value);
  if (typeof step === 'number') return resolved.items;
  return Object.hasOwn(resolved.properties ?? {}, step) ? resolved.properties?.[step] : undefined;
}

/** The keys that exist below `shape`. */
export function keysOf(shape: Shape, value?: unknown): string[] {
  return Object.keys(resolve(shape, value).properties ?? {});
}

/** True when the key must be given. */
export function isRequired(shape: Shape, key: string, value?: unknown): boolean {
  return resolve(shape, value).required?.includes(key) ?? false;
}
