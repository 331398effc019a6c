/** The OpenAPI document (OpenAPI Specification 3.1.1) of all dialects. */
import type { Access, Described, DescribedAnswer, DescribedBody, Section } from './describe.ts';
import { type JsonSchema, SchemaBook } from './schemas.ts';

/** An operation object. */
export interface DocumentOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly DocumentParameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, DocumentResponse>>;
}

/** A parameter object. */
export interface DocumentParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
  readonly style?: string;
  readonly explode?: boolean;
}

/** A response object. */
export interface DocumentResponse {
  readonly description: string;
  readonly content?: Content;
}

/** Schemas by media type. */
export type Content = Readonly<Record<string, { readonly schema?: JsonSchema }>>;

/** The whole document. */
export interface OpenApiDocument {
  readonly openapi: '3.1.1';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

const ABOUT =
  'One gateway, several dialects: what a bot on Discord can do, over HTTP. A key is read from `Authorization: Bearer`, else from the header `key`, else from `mj-api-secret`. What of a request is not obeyed is named in the answer header `x-cordgate-warnings`.';

const SCHEMES = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'A key of auth.keys, or one that was made at run time.',
  },
  header: { type: 'apiKey', in: 'header', name: 'key', description: 'The same key, as Discordxy sends it.' },
  secret: {
    type: 'apiKey',
    in: 'header',
    name: 'mj-api-secret',
    description: 'The same key, as clients of Midjourney-Proxy send it.',
  },
  parameter: {
    type: 'apiKey',
    in: 'query',
    name: 'key',
    description: 'The same key as a parameter of the query or the body; Coze-Discord-Bridge only.',
  },
} as const;

const SECURITY: Readonly<Record<Access, readonly Readonly<Record<string, readonly string[]>>[]>> = {
  open: [],
  key: [{ bearer: [] }, { header: [] }, { secret: [] }],
  admin: [{ bearer: [] }, { header: [] }, { secret: [] }],
  'key-or-parameter': [{ bearer: [] }, { header: [] }, { secret: [] }, { parameter: [] }],
};

/** Makes the document. @param version of the gateway */
export function createDocument(sections: readonly Section[], version: string): OpenApiDocument {
  const book = new SchemaBook();
  const paths = new Map<string, Record<string, DocumentOperation>>();
  for (const section of sections) {
    for (const described of section.paths) {
      const methods = paths.get(described.path) ?? {};
      methods[described.method] = operationOf(described, section, book);
      paths.set(described.path, methods);
    }
  }
  return {
    openapi: '3.1.1',
    info: { title: 'cordgate', version: version || '0', description: ABOUT },
    servers: [{ url: '/' }],
    tags: sections.map(({ name, about }) => ({ name, description: about })),
    paths: Object.fromEntries(paths),
    components: { schemas: book.named, securitySchemes: SCHEMES },
  };
}

function operationOf(described: Described, section: Section, book: SchemaBook): DocumentOperation {
  const { method, path, does, details, access, body } = described;
  return {
    operationId: `${method}${path.replace(/[^A-Za-z0-9]+/g, '_').replace(/_$/, '')}`,
    summary: does,
    ...(details === undefined ? {} : { description: details }),
    tags: [section.name],
    security: SECURITY[access],
    parameters: parametersOf(described, book),
    ...(body ? { requestBody: bodyOf(body, book) } : {}),
    responses: { ...answersOf(described.answers, book), default: errorOf(access, section, book) },
  };
}

function parametersOf({ path, params = {}, query, headers = {} }: Described, book: SchemaBook) {
  const named = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']): DocumentParameter => {
    const description = params[name];
    return {
      name,
      in: 'path',
      required: true,
      ...(description === undefined ? {} : { description }),
      schema: { type: 'string' },
    };
  });
  const heads = Object.entries(headers).map(([name, description]): DocumentParameter => {
    return { name, in: 'header', required: false, description, schema: { type: 'string' } };
  });
  return [...named, ...(query ? queryOf(book.of(query, 'input')) : []), ...heads];
}

function queryOf(schema: JsonSchema): DocumentParameter[] {
  const required = (schema.required ?? []) as readonly string[];
  return Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>).map(([name, given]) => {
    const { description, ...rest } = given;
    return {
      name,
      in: 'query',
      required: required.includes(name),
      ...(typeof description === 'string' ? { description } : {}),
      schema: rest,
      // Several values stand in one parameter, with commas between them.
      ...(rest.type === 'array' ? { style: 'form', explode: false } : {}),
    };
  });
}

function bodyOf({ json, form, isOptional = false, needs }: DescribedBody, book: SchemaBook) {
  const content: Record<string, { schema: JsonSchema }> = {};
  if (json) content['application/json'] = { schema: needing(book.of(json, 'input'), needs) };
  if (form) content['multipart/form-data'] = { schema: needing(book.of(form, 'input'), needs) };
  return { required: !isOptional, content };
}

function needing(schema: JsonSchema, needs: readonly string[] | undefined): JsonSchema {
  return needs === undefined ? schema : { ...schema, required: needs };
}

function answersOf(answers: readonly DescribedAnswer[], book: SchemaBook): Record<string, DocumentResponse> {
  return Object.fromEntries(
    answers.map(({ status, is, json, other = {} }) => {
      const content: Record<string, { schema?: JsonSchema }> = {};
      if (json) content['application/json'] = { schema: book.of(json, 'output') };
      for (const [type, schema] of Object.entries(other)) {
        content[type] = schema ? { schema: book.of(schema, 'output') } : {};
      }
      const hasContent = Object.keys(content).length > 0;
      return [String(status), { description: is, ...(hasContent ? { content } : {}) }];
    }),
  );
}

const REFUSED: Readonly<Record<Access, string>> = {
  open: '',
  key: ' A missing or wrong key is answered the same way.',
  admin: ' So is a missing or wrong key, and one that is no admin key.',
  'key-or-parameter': ' A missing or wrong key is answered the same way.',
};

function errorOf(access: Access, { error, errorText }: Section, book: SchemaBook): DocumentResponse {
  return {
    description: `${errorText}${REFUSED[access]}`,
    content: { 'application/json': { schema: book.of(error, 'output') } },
  };
}
