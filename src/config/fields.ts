/** Building bricks of the configuration schema: kinds of text that several sections share. */
import ipaddr from 'ipaddr.js';
import { z } from 'zod';

/** Text that is trimmed and must not be empty. */
export const text = () => z.string().trim().min(1, 'must not be empty');

/** A name that other keys refer to: an account's or a bot's id. */
export const name = () =>
  text().regex(/^[\p{L}\p{N}_.-]+$/u, 'may hold letters, digits, "_", "-" and "." only, and no blanks');

/** A TCP port; `lowest` is 0 where 0 has a meaning. */
export const port = (lowest: 0 | 1) => z.number().int().min(lowest).max(65_535);

/** True when the text is a URL with one of the schemes (`https:`). `{name}` parts count as plain letters. */
export function isUrl(value: string, schemes: readonly string[]): boolean {
  const parsed = URL.parse(value.replaceAll(/\{\w+\}/g, 'x'));
  return parsed !== null && parsed.hostname !== '' && schemes.includes(parsed.protocol);
}

/** A URL of one of the schemes, without slashes at its end. */
export const url = (...schemes: string[]) =>
  text()
    .refine((value) => isUrl(value, schemes), {
      error: `must be a URL that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`,
    })
    .overwrite((value) => value.replace(/\/+$/, ''));

/** True for an address or a network in CIDR form, IPv4 or IPv6. */
export function isNetwork(value: string): boolean {
  return value.includes('/') ? ipaddr.isValidCIDR(value) : ipaddr.isValid(value);
}

/** A list of networks. */
export const networks = () =>
  z
    .array(
      text().refine(isNetwork, { error: 'must be an address or a network such as 10.0.0.0/8 or fd00::/8' }),
    )
    .default([]);
