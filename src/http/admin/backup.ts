/** A copy of the store that was made. */
export interface Backup {
  /** Its file on the gateway's machine. */
  readonly path: string;
  readonly bytes: number;
}
