import type { OperationCall } from '../program/tool.ts';
import { choices } from '../core/suggest.ts';
import { factsOf, type OperationFacts } from './link-openapi.ts';
import { callOf } from './openapi-call.ts';
import { readOpenApiText } from './openapi-document.ts';

/**
 * What the text of an OpenAPI document says of an operation; or why it cannot be used, as the end of a sentence.
 * @param address of the document, for messages.
 */
export function describeOperation(
  address: string,
  text: string,
  operation: string,
): (OperationFacts & { readonly call: OperationCall }) | { readonly fault: string } {
  const document = readOpenApiText(address, text);
  if ('fault' in document) return document;
  const found = document.operations.find(({ id }) => id === operation);
  if (found !== undefined) return { ...factsOf(document, found), call: callOf(document, found) };
  return {
    fault: `has no operation "${operation}"${choices(
      operation,
      document.operations.map(({ id }) => id),
    )}`,
  };
}
