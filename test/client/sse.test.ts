import { expect } from 'chai';
import fc from 'fast-check';
import { createSseParser, type ServerSentEvent } from '../../engine/client/sse.ts';

describe('the parser of event streams', () => {
  it('reads ids, names, several data lines, comments and retry', () => {
    const parser = createSseParser();
    const events = parser.push(
      '\uFEFFretry: 250\n\n: hello\nid: 7\nevent: log\ndata: a\ndata:b\n\nid\ndata\n\nevent: gone\n\ndata: c\nunknown: x\n\n',
    );
    expect(events).to.deep.equal([
      { event: 'log', data: 'a\nb', lastEventId: '7' },
      { event: 'message', data: '', lastEventId: '' },
      { event: 'message', data: 'c', lastEventId: '' },
    ]);
    expect(parser.retryMs).to.equal(250);
  });

  it('drops an event that is not complete', () => {
    expect(createSseParser().push('data: a\n')).to.deep.equal([]);
  });

  it('gives the same events wherever the text is cut and whatever ends its lines', () => {
    const line = fc.constantFrom(
      'data: x',
      'data:',
      'data:  y: z',
      'event: log',
      'id: 3',
      ': c',
      'retry: 9',
      '',
      '',
      'junk',
    );
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 30 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat(200), { maxLength: 10 }),
        (lines, end, cuts) => {
          // The comment at the end settles a last CR, which could be half of a CRLF.
          const text = `${lines.join(end)}${end}${end}: end`;
          const plain = createSseParser().push(`${lines.join('\n')}\n\n: end`);
          const places = [
            0,
            ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b),
            text.length,
          ];
          const parser = createSseParser();
          const pieces: ServerSentEvent[] = [];
          for (const [index, place] of places.entries())
            pieces.push(...parser.push(text.slice(places[index - 1] ?? 0, place)));
          expect(pieces).to.deep.equal(plain);
        },
      ),
      { numRuns: 300 },
    );
  });
});
