import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../../core/errors.ts';
import { callerOf } from '../request-context.ts';

/** Refuses callers whose key is no admin key; to run after the key was checked. @throws GatewayError admin_only */
export async function onlyAdmins(request: FastifyRequest): Promise<void> {
  if (callerOf(request).admin) return;
  throw new GatewayError('admin_only', 'This path takes admin keys only.');
}
