import { commandsPage } from './commands.ts';
import { configurationPage } from './configuration.ts';
import { errorsPage } from './errors.ts';
import { schemaFile } from './schema.ts';

/** Every written file, by its path from the root of the repository. */
export const PAGES: Readonly<Record<string, () => string>> = {
  'docs/commands.md': commandsPage,
  'docs/configuration.md': configurationPage,
  'docs/errors.md': errorsPage,
  'schema/cordgate.schema.json': schemaFile,
};
