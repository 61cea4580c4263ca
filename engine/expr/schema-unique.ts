import type { Ajv2020 } from 'ajv/dist/2020.js';
import type { DataValidateFunction } from 'ajv/dist/types/index.js';
import { stableText } from '../core/json.ts';

/** Makes `uniqueItems` linear: the compiler's own compares every two items, which takes minutes for a long list. */
export function compareByText(ajv: Ajv2020): void {
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    compile: (wanted: boolean) => (wanted ? haveNoDoubles : () => true),
  });
}

const haveNoDoubles: DataValidateFunction = (items: readonly unknown[]): boolean => {
  const seen = new Map<string, number>();
  for (const [i, item] of items.entries()) {
    const text = stableText(item);
    const j = seen.get(text);
    if (j !== undefined) {
      haveNoDoubles.errors = [
        {
          keyword: 'uniqueItems',
          params: { i, j },
          message: `must NOT have duplicate items (items ## ${j} and ${i} are identical)`,
        },
      ];
      return false;
    }
    seen.set(text, i);
  }
  return true;
};
