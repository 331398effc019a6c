/** The version, as the commands print it. */
export { packageVersion } from '../composition/version.ts';
