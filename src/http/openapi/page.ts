/** The OpenAPI document as a page: one file, no script, nothing from elsewhere. */
import type { Content, DocumentOperation, DocumentParameter, OpenApiDocument } from './document.ts';
import { Html, html } from './html.ts';
import { curlOf } from './sample.ts';
import { anchorOf, schemaView, typeOf } from './schema-view.ts';
import { STYLE } from './style.ts';

interface Entry {
  readonly method: string;
  readonly path: string;
  readonly operation: DocumentOperation;
}

/** Renders the page. */
export function renderPage(document: OpenApiDocument): string {
  const { info, tags, components } = document;
  const entries = entriesOf(document);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>cordgate API</title><style>${new Html(STYLE)}</style></head>
<body><a class="skip" href="#main">To the paths</a>
<header><h1>cordgate API</h1><p class="soft">Version ${info.version} · <a href="/openapi.json">openapi.json</a> (OpenAPI ${document.openapi}) · <a href="/ui/">web interface</a></p>
<p>${withCode(info.description)}</p>
<p>Set the address and your key once, then copy the calls below:</p><pre><code>export URL=http://127.0.0.1:8092 KEY=your-key</code></pre></header>
<nav aria-label="Sections"><ul>${tags.map(({ name }) => html`<li><a href="#${name}">${name}</a></li>`)}<li><a href="#schemas">schemas</a></li></ul></nav>
<main id="main">${tags.map((tag) => section(tag, entries))}
<h2 id="schemas">Schemas</h2>${Object.entries(components.schemas).map(
    ([name, schema]) => html`<h3 id="${anchorOf(name)}">${name}</h3>${schemaView(schema)}`,
  )}</main></body></html>`;
  return page.text;
}

function entriesOf({ paths }: OpenApiDocument): Entry[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
}

function section({ name, description }: OpenApiDocument['tags'][number], entries: readonly Entry[]): Html {
  const own = entries.filter(({ operation }) => operation.tags.includes(name));
  const groups = [...Map.groupBy(own, ({ path }) => groupOf(path))];
  const head = html`<h2 id="${name}">${name}</h2><p>${description}</p>`;
  if (groups.length === 1 || own.length < FEW) return html`${head}${own.map(operationView)}`;
  return html`${head}${groups.map(
    ([group, members], index) =>
      html`<details class="group"${new Html(index === 0 ? ' open' : '')}><summary><code>${group}</code><span class="soft">${members.length} paths</span></summary>${members.map(operationView)}</details>`,
  )}`;
}

/** Sections of more paths are shown in groups. */
const FEW = 60;

/** `/midjourney-proxy/mj-fast` */
function groupOf(path: string): string {
  return path.split('/').slice(0, 3).join('/');
}

function operationView({ method, path, operation }: Entry): Html {
  const { summary, description, parameters, requestBody, responses, security, operationId } = operation;
  return html`<details id="${operationId}"><summary><span class="method">${method}</span><code>${path}</code><span>${summary}</span></summary>
<div class="inside">${description && html`<p>${withCode(description)}</p>`}
<p class="soft">${security.length === 0 ? 'No key is needed.' : keyText(operation)}</p>
${parameters.length > 0 && html`<h3>Parameters</h3>${parameterTable(parameters)}`}
${requestBody && html`<h3>Body${requestBody.required ? '' : ' (optional)'}</h3>${contentView(requestBody.content)}`}
<h3>Try it</h3><pre><code>${curlOf(method, path, operation)}</code></pre>
<h3>Answers</h3>${Object.entries(responses).map(
    ([status, { description: means, content }]) =>
      html`<p><strong>${status === 'default' ? 'else' : status}</strong> ${means}</p>${content && contentView(content)}`,
  )}</div></details>`;
}

function keyText({ security, tags }: DocumentOperation): string {
  if (tags.includes('management')) return 'Needs an admin key.';
  const isParameter = security.some((one) => 'parameter' in one);
  return isParameter ? 'Needs a key; it may come as the parameter "key" as well.' : 'Needs a key.';
}

function parameterTable(parameters: readonly DocumentParameter[]): Html {
  return html`<div class="table"><table><thead><tr><th scope="col">name</th><th scope="col">in</th><th scope="col">type</th><th scope="col">means</th></tr></thead>
<tbody>${parameters.map(
    ({ name, in: place, schema, required, description }) =>
      html`<tr><th scope="row"><code>${name}</code></th><td>${place}</td><td>${typeOf(schema)}${required ? '' : ', optional'}</td><td>${description ?? ''}</td></tr>`,
  )}</tbody></table></div>`;
}

function contentView(content: Content): Html {
  return html`${Object.entries(content).map(
    ([type, { schema }]) => html`<p class="soft"><code>${type}</code></p>${schema && schemaView(schema)}`,
  )}`;
}

/** Words between backticks are code. */
function withCode(text: string): Html {
  return html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}
