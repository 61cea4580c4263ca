import { expect } from 'chai';
import { findJsonFault } from '../../engine/cli/json-fault.ts';

describe('the place where text stops being JSON', () => {
  const cases: [text: string, found: string, line: number, column: number][] = [
    ['hello', '"h"', 1, 1],
    ['{name: 1}', '"n"', 1, 2],
    ['{"a": 1,}', '"}"', 1, 9],
    ['{\n  "a": 1\n  "b": 2\n}', '"\\""', 3, 3],
    ['[tru]', '"]"', 1, 5],
    ['{"a": 1} x', '"x"', 1, 10],
    ['{"a": 1', 'end of text', 1, 8],
    ['"open', 'end of text', 1, 6],
    ['', 'end of text', 1, 1],
    ["{'a': 1}", `"'"`, 1, 2],
    ['[01]', '"1"', 1, 3],
    ['😀', '"😀"', 1, 1],
  ];
  for (const [text, found, line, column] of cases) {
    it(`of ${JSON.stringify(text)} is ${found} at ${line}:${column}`, () => {
      expect(findJsonFault(text)).to.deep.equal({ found, line, column });
    });
  }
});
