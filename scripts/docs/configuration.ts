import { variableName } from '../../src/config/environment.ts';
import { formatPath, type Path } from '../../src/config/problem.ts';
import { isNullable, resolve, rootShape, type Shape } from '../../src/config/shape.ts';

const INTRODUCTION = `<!-- Written by "npm run docs" from src/config; do not edit. -->
# Configuration

cordgate reads one YAML file: \`cordgate.yaml\` in the working directory, or the file that \`--config\` or the variable
\`CORDGATE_CONFIG\` names. \`cordgate init\` writes a commented one to start with, and \`cordgate check\` proves that it works.

## Where a value comes from

1. A flag of the command line (\`cordgate serve --port 8080\`) wins over
2. an environment variable (\`CORDGATE_SERVER_PORT=8080\`), which wins over
3. the file, which wins over
4. the default.

A file \`.env\` in the working directory is read like the environment itself; the real environment wins over it.

**Placeholders.** In every text of the file \`\${NAME}\` is replaced by the environment variable of that name, and
\`\${NAME:-default}\` by the default when the variable is unset or empty. A variable that is not set and has no default is
an error. \`$\${\` is a literal \`\${\`. The result is read as the type of the key, so \`port: \${PORT:-8092}\` works; an empty
result counts as not set where the key may be left out. Inside \`{ }\` and \`[ ]\` put placeholders in quotes.

**Variables.** Every key has one; the tables name them. Words are parted by \`_\`, and more or fewer underscores do not matter
(\`CORDGATE_SERVER_PUBLICURL\`). Positions of lists count from 0: \`CORDGATE_ACCOUNTS_0_TOKEN\`. A whole list or group is given
as YAML or JSON (\`CORDGATE_BOTS='[{"id": "coze", …}]'\`), a list of plain values also as \`a,b,c\`. An empty variable counts as
not set. When \`CORDGATE_BOTS\` is set, no file is needed.

**Ids in quotes.** Discord's ids are larger than the numbers that YAML keeps exactly: write \`guildId: "1234567890123456789"\`.

**Mistakes.** Unknown keys are errors, so that a misspelt one is not silently ignored. All problems come at once, each with its
path, line and column; the exit code is then 2 and nothing is started.

**Editors.** \`schema/cordgate.schema.json\` completes and checks the file while you type. With the YAML extension of VS Code put
this in the first line: \`# yaml-language-server: $schema=./node_modules/cordgate/schema/cordgate.schema.json\`

**Names of files** count from the working directory; that of \`bannedWords\` from the folder of the configuration first.

**Who may connect.** An address other than loopback in \`server.host\` needs at least one key in \`auth.keys\`, or
\`auth.open: true\`.
`;

interface Row {
  readonly path: Path;
  readonly shape: Shape;
  readonly required: boolean;
}

/** The keys below a group, groups within it included, lists of groups not. */
function rowsOf(shape: Shape, path: Path): Row[] {
  const { properties = {}, required = [] } = resolve(shape);
  return Object.entries(properties).flatMap(([key, child]) => {
    const row = { path: [...path, key], shape: child, required: required.includes(key) };
    const below = resolve(child).type === 'object' ? rowsOf(child, row.path) : [];
    return isGroupList(child) || below.length === 0 ? [row] : [row, ...below];
  });
}

function isGroupList(shape: Shape): boolean {
  const { type, items } = resolve(shape);
  return type === 'array' && resolve(items ?? {}).type === 'object';
}

function typeOf(shape: Shape): string {
  const resolved = resolve(shape);
  const nothing = isNullable(shape) ? ' or `null`' : '';
  if (resolved.const !== undefined) return `\`${String(resolved.const)}\``;
  if (resolved.enum !== undefined) return resolved.enum.map((option) => `\`${String(option)}\``).join(', ');
  if (resolved.type === 'array')
    return isGroupList(shape) ? 'list of groups' : `list of ${typeOf(resolved.items ?? {})}`;
  if (resolved.type === 'integer' || resolved.type === 'number') return `${numberOf(resolved)}${nothing}`;
  const names: Readonly<Record<string, string>> = {
    string: 'text',
    boolean: '`true`, `false`',
    object: 'group',
  };
  return `${names[resolved.type ?? ''] ?? resolved.type}${nothing}`;
}

function numberOf({ type, minimum, maximum }: Shape): string {
  const kind = type === 'integer' ? 'whole number' : 'number';
  const top = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (minimum !== undefined && top !== undefined) return `${kind}, ${minimum} to ${top}`;
  return minimum === undefined ? kind : `${kind}, ${minimum} or more`;
}

function defaultOf({ shape, required }: Row): string {
  if (required) return '**required**';
  if (isGroupList(shape)) return '`[]`';
  if (shape.default === undefined || resolve(shape).type === 'object') return '';
  return `\`${typeof shape.default === 'string' ? shape.default : JSON.stringify(shape.default)}\``;
}

function table(rows: readonly Row[], base: Path): string {
  const head = '| key | type | default | meaning, variable |\n| --- | --- | --- | --- |\n';
  const lines = rows.map((row) => {
    const key = formatPath(row.path.slice(base.length));
    const meaning = (row.shape.description ?? '').replaceAll('|', '\\|');
    const variable = `\`${variableName(row.path).replaceAll('_0_', '_N_')}\``;
    return `| \`${key}\` | ${typeOf(row.shape)} | ${defaultOf(row)} | ${[meaning, variable].filter(Boolean).join('<br>')} |\n`;
  });
  return head + lines.join('');
}

/** Lists within an entry follow its own table. */
function listSections(shape: Shape, path: Path): string {
  const { items = {} } = resolve(shape);
  const choices = items.oneOf ?? items.anyOf ?? [items];
  return choices
    .map((choice) => {
      const driver = choice.properties?.driver?.const;
      const title = driver === undefined ? '' : ` with \`driver: ${String(driver)}\``;
      const rows = rowsOf(choice, [...path, 0]);
      const own = `\n### Each entry of \`${formatPath(path).replaceAll('[0]', '[]')}\`${title}\n\n${table(rows, [...path, 0])}`;
      const inner = rows.filter((row) => isGroupList(row.shape));
      return own + inner.map((row) => listSections(row.shape, row.path)).join('');
    })
    .join('');
}

function section(key: string, shape: Shape): string {
  const head = `\n## \`${key}\`: ${shape.description ?? ''}\n`;
  if (isGroupList(shape))
    return `${head}\nVariable: \`${variableName([key])}\`\n${listSections(shape, [key])}`;
  const rows = rowsOf(shape, [key]);
  const lists = rows.filter((row) => isGroupList(row.shape));
  return `${head}\n${table(rows, [key])}${lists.map((row) => listSections(row.shape, row.path)).join('')}`;
}

/** `docs/configuration.md`. */
export function configurationPage(): string {
  const sections = Object.entries(rootShape.properties ?? {}).map(([key, shape]) => section(key, shape));
  return INTRODUCTION + sections.join('');
}
