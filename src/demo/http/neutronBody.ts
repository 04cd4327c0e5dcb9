import * as v from 'valibot';
import { Fault, type SignedCall } from './api';

/** The body of a request to Neutron. @throws Fault 400 if it is not as it should be */
export function read<S extends v.GenericSchema>(schema: S, call: SignedCall): v.InferOutput<S> {
  const result = v.safeParse(schema, call.body);
  if (!result.success)
    throw new Fault(400, 'Invalid input for operation: the body is not as it should be.', 'HTTPBadRequest');
  return result.output;
}
