/** The files in deploy/: what can be checked of them without Docker, systemd, nginx, Prometheus and Grafana. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createProgram } from '../../src/cli/main.ts';
import { realParts } from '../../src/cli/parts.ts';
import type { Scrape } from './scrape.ts';
import { startWhole } from './world.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const exists = (path: string) => existsSync(join(root, path));
const manifest = JSON.parse(read('package.json')) as {
  bin: Record<string, string>;
  files: string[];
  engines: { node: string };
  scripts: Record<string, string>;
};

let scrape: Scrape;

beforeAll(async () => {
  const world = await startWhole();
  await world.ask('hello');
  await world.done(await world.imagine('a lighthouse'));
  scrape = await world.scrape();
  await world.close();
});

/** The program's commands; nothing runs. */
function program() {
  const io = { stdout() {}, stderr() {}, env: {}, cwd: root } as unknown as Parameters<
    typeof createProgram
  >[0];
  return createProgram(io, realParts, () => {});
}

/** The instructions of a Dockerfile, continued lines joined. */
function instructions(): { name: string; rest: string }[] {
  return read('deploy/Dockerfile')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => ({ name: line.split(' ')[0] ?? '', rest: line.replace(/^\S+\s+/, '') }));
}

describe('the Dockerfile', () => {
  const all = instructions();
  const of = (name: string) => all.filter((entry) => entry.name === name).map(({ rest }) => rest);

  it('uses the Node that package.json asks for, in every stage', () => {
    expect(of('FROM').every((image) => /^node:24-slim( AS \w+)?$/.test(image))).toBe(true);
    expect(manifest.engines.node).toContain('^24');
  });

  it('copies only what exists, or what the build makes', () => {
    const fromContext = of('COPY').filter((copy) => !copy.startsWith('--from') && !copy.startsWith('.'));
    for (const path of fromContext.flatMap((copy) => copy.split(/\s+/).slice(0, -1))) {
      expect(exists(path), path).toBe(true);
    }
    const ignored = read('deploy/Dockerfile.dockerignore').split('\n');
    for (const path of ['src', 'bin', 'schema', 'scripts', 'package-lock.json', 'tsconfig.json', 'web']) {
      expect(ignored).not.toContain(path);
    }
    const built = of('COPY').filter((copy) => copy.startsWith('--from=build'));
    for (const path of built.flatMap((copy) => copy.split(/\s+/).slice(1, -1))) {
      const inside = path.replace('/app/', '');
      expect(inside === 'dist' || exists(inside), path).toBe(true);
    }
  });

  it('takes along all that the package is made of, and its entry is the package’s program', () => {
    const taken = of('COPY').join(' ');
    for (const name of ['bin', 'dist', 'schema', 'docs']) {
      expect(manifest.files).toContain(name);
      expect(taken).toContain(`/app/${name}`);
    }
    const entry = JSON.parse(of('ENTRYPOINT')[0] ?? '') as string[];
    expect(entry).toEqual(['node', `/app/${manifest.bin.cordgate}`]);
  });

  it('runs as a user without rights, with an exec form and a health check on a path that needs no key', () => {
    expect(of('USER')).toEqual(['node']);
    expect(all.findIndex(({ name }) => name === 'USER')).toBeLessThan(
      all.findIndex(({ name }) => name === 'ENTRYPOINT'),
    );
    expect(of('HEALTHCHECK')[0]).toContain('/healthz');
    expect(JSON.parse(of('CMD')[0] ?? '')).toContain('serve');
  });

  it('starts with options that the program has', () => {
    const words = JSON.parse(of('CMD')[0] ?? '') as string[];
    const command = program().commands.find((candidate) => candidate.name() === words[0]);
    const known = command?.options.flatMap(({ long, short }) => [long, short]);
    for (const option of words.filter((word) => word.startsWith('-'))) expect(known).toContain(option);
  });
});

describe('the compose file', () => {
  const compose = parse(read('deploy/compose.yaml')) as {
    services: Record<
      string,
      { volumes?: string[]; build?: { context: string; dockerfile: string }; ports?: string[] }
    >;
    volumes: Record<string, null>;
  };

  it('mounts only files that exist, and volumes that it declares', () => {
    for (const [name, { volumes = [] }] of Object.entries(compose.services)) {
      for (const volume of volumes) {
        const source = volume.split(':')[0] ?? '';
        // The operator writes it: cordgate init.
        if (source === '../cordgate.yaml') continue;
        if (source.startsWith('.')) expect(exists(join('deploy', source)), `${name}: ${source}`).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(source);
      }
    }
  });

  it('opens ports to this machine alone', () => {
    const ports = Object.values(compose.services).flatMap((service) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('builds by a Dockerfile that exists', () => {
    const { context, dockerfile } = compose.services.cordgate?.build ?? { context: '', dockerfile: '' };
    expect(exists(join('deploy', context, dockerfile))).toBe(true);
  });
});

describe('the systemd unit', () => {
  const unit = read('deploy/cordgate.service');
  const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1];

  it('starts the program with options that it has, and gives its stop the time it may take', () => {
    const words = (value('ExecStart') ?? '').split(' ');
    expect(words[1]).toBe(`/opt/cordgate/${manifest.bin.cordgate}`);
    const command = program().commands.find((candidate) => candidate.name() === words[2]);
    expect(command?.options.map(({ long }) => long)).toContain(words[3]);
    expect(Number(value('TimeoutStopSec'))).toBeGreaterThan(10);
    expect(value('Restart')).toBe('always');
    expect(value('RestartPreventExitStatus')).toBe('2');
  });

  it('leaves the program nothing that it does not need', () => {
    expect(unit).toContain('DynamicUser=yes');
    expect(value('StateDirectory')).toBe('cordgate');
    expect(value('WorkingDirectory')).toBe('%S/cordgate');
    for (const [key, wanted] of [
      ['NoNewPrivileges', 'yes'],
      ['ProtectSystem', 'strict'],
      ['ProtectHome', 'yes'],
      ['CapabilityBoundingSet', ''],
    ] as const) {
      expect(value(key), key).toBe(wanted);
    }
    // The JIT of Node writes code.
    expect(unit).not.toContain('MemoryDenyWriteExecute=yes');
  });
});

describe('the proxies', () => {
  it('pass streams on unbuffered, and wait longer than the longest answer', () => {
    const nginx = read('deploy/nginx.conf');
    expect(nginx).toMatch(/proxy_buffering off;/);
    expect(nginx).not.toMatch(/^\s*proxy_request_buffering off;/m);
    expect(Number(/proxy_read_timeout (\d+)s;/.exec(nginx)?.[1])).toBeGreaterThan(300);
    expect(read('deploy/Caddyfile')).toMatch(/flush_interval -1/);
  });

  it('let nobody from outside read the metrics', () => {
    expect(read('deploy/nginx.conf')).toMatch(/location = \/metrics \{\s+return 404;/);
    expect(read('deploy/Caddyfile')).toMatch(/respond \/metrics 404/);
  });
});

/** Names of metrics in an expression of PromQL. */
function metricsIn(expression: string): string[] {
  const plain = expression.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/\b(?:by|without) \([^)]*\)/g, '');
  return [...plain.matchAll(/\b(?:cordgate|nodejs|process)_\w+/g)].map(([name]) => name);
}

/** Labels that an expression asks for, by metric. */
function selectorsIn(expression: string): { name: string; labels: string[] }[] {
  return [...expression.matchAll(/\b((?:cordgate|nodejs|process)_\w+)\{([^}]*)\}/g)].map(
    ([, name = '', inner = '']) => ({
      name,
      labels: [...inner.matchAll(/(\w+)(?:=|!)/g)].map(([, label = '']) => label),
    }),
  );
}

const dashboard = JSON.parse(read('deploy/grafana/cordgate.json')) as {
  panels: { id: number; title: string; type: string; targets?: { expr: string; legendFormat: string }[] }[];
};
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const rules = (
  parse(read('deploy/prometheus/alerts.yml')) as {
    groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[];
  }
).groups.flatMap((group) => group.rules);

describe('the dashboard and the alerts', () => {
  const expressions = () => [
    ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ where: title, expr }))),
    ...rules.map(({ alert, expr }) => ({ where: alert, expr })),
  ];

  it('ask only for metrics that a running gateway exposes', () => {
    const asked = expressions().flatMap(({ where, expr }) =>
      metricsIn(expr).map((name) => ({ where, name })),
    );
    expect(asked.length).toBeGreaterThan(40);
    expect(asked.filter(({ name }) => !scrape.names.has(name))).toEqual([]);
  });

  it('show every metric of the gateway somewhere', () => {
    const asked = new Set(expressions().flatMap(({ expr }) => metricsIn(expr)));
    const own = [...scrape.names].filter(
      (name) => name.startsWith('cordgate_') && !/_(sum|count)$/.test(name),
    );
    const hidden = own.filter((name) => !asked.has(name) && name !== 'cordgate_kept_bytes_total');
    expect(hidden).toEqual([]);
  });

  it('select by labels that the metrics carry', () => {
    const wrong = expressions().flatMap(({ where, expr }) =>
      selectorsIn(expr).flatMap(({ name, labels }) => {
        const [sample] = scrape.samples(name);
        const missing = sample ? labels.filter((label) => !(label in sample.labels)) : [];
        return missing.map((label) => `${where}: ${name} has no ${label}`);
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('have a name, a place and a summary of their own', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { annotations } of rules) expect(annotations.summary).toMatch(/\.$/);
  });
});

describe('docs/operations.md', () => {
  const guide = read('docs/operations.md');

  it('names every alert and every metric, and only files that exist', () => {
    const own = [...scrape.names].map((name) => name.replace(/_(bucket|sum|count)$/, ''));
    const missing = [...new Set(own)].filter(
      (name) => name.startsWith('cordgate_') && !guide.includes(`\`${name}\``),
    );
    expect(missing).toEqual([]);
    for (const { alert } of rules) expect(guide).toContain(alert);
    const files = [...guide.matchAll(/\bdeploy\/[\w./-]*\w/g)].map(([path]) => path);
    expect(files.length).toBeGreaterThan(5);
    for (const path of files) expect(exists(path), path).toBe(true);
  });

  it('tells of every file in deploy', () => {
    for (const entry of readdirSync(join(root, 'deploy'))) expect(guide).toContain(`deploy/${entry}`);
  });
});
