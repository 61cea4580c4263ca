import { expect } from 'chai';
import { cronFaults } from '../../engine/link/cron.ts';
import { findingsOf, programOf } from '../fakes/project.ts';

const around = {
  'engine.yaml': 'model: openai/gpt-5\nsecrets: { HOOK: {}, OLD: {} }\nenv: [TEAM]\n',
  'src/agents/clerk.yaml': 'description: Answers.\n',
  'src/agents/typed.yaml':
    'description: Sorts.\ninputSchema: { type: object, required: [title], additionalProperties: false, properties: { title: { type: string }, size: { enum: [big, small] } } }\n',
  'src/workflows/report.yaml': `inputSchema: { type: object, required: [days], properties: { days: { type: integer, minimum: 1 } } }
steps:
  - { id: tell, log: '{{input.days}}' }
`,
};

describe('link: channels', () => {
  it('are read with all their keys, and nothing is wrong with them', async () => {
    const project = {
      ...around,
      'src/channels/github.yaml': `description: Issues.
agent: typed
scheme: github
secret: [HOOK, OLD]
when: headers['x-github-event'] == 'issues' && body.action == 'opened'
instance: '{{body.repository.full_name}}'
session: issue-{{body.issue.number}}
input: { title: '\${{ body.issue.title }}', size: small }
message: '{{quote body.issue.title}}'
dedupe: { header: x-github-delivery }
reply: { status: 200, headers: { x-team: '\${{ env.TEAM }}' }, body: { ok: true } }
`,
      'src/channels/own.yaml': `agent: clerk
scheme: hmac
secret: HOOK
verify: { header: x-signature, algorithm: sha512, encoding: base64, prefix: 'v0=', timestampHeader: x-time, tolerance: 1m, payload: 'v0:{timestamp}:{id}:{body}', idHeader: x-id }
dedupe: { key: '{{body.id}}' }
`,
    };
    expect(await findingsOf(project)).to.deep.equal([]);
    const { channels } = await programOf(project);
    expect(channels['github']?.secrets).to.deep.equal(['HOOK', 'OLD']);
    expect(channels['own']?.verify.toleranceMs).to.equal(60_000);
    expect(channels['github']?.reply?.status).to.equal(200);
    expect(channels['own']?.reply).to.equal(undefined);
  });

  it('are wrong at the place where they are', async () => {
    const findings = await findingsOf({
      ...around,
      'src/channels/github.yaml': `agent: typed
scheme: github
secret: [HOK, OLD]
when: haeders['x'] == 'y' && size(body.labels)
session: '{{body.issue.number}} {{steps.x}} {{secrets.HOOK}}'
input: { titel: '\${{ body.issue.title }}', size: medium }
dedupe: { header: 'x github', key: '{{body.id}}' }
`,
      'src/channels/own.yaml': `agent: clrk
scheme: hmac
secret: HOOK
verify: { payload: '{timestamp}:{boddy}' }
dedupe: {}
`,
      'src/channels/bare.yaml': 'agent: clerk\nscheme: hmac\nsecret: HOOK\ninput: { a: 1 }\n',
    });
    expect(findings).to.deep.equal([
      'src/channels/bare.yaml:2:9 error schema/missing-key "hmac" needs "verify.header": the name of the header that holds the signature',
      'src/channels/bare.yaml:4:1 error type/unknown-argument agent "clerk" takes a "message", not an input; declare an "inputSchema" to give it one',
      'src/channels/github.yaml:3:10 error ref/unknown-secret no secret "HOK"; did you mean "HOOK"?',
      'src/channels/github.yaml:4:7 error ref/unknown-name nothing is called "haeders" here; did you mean "headers"?',
      'src/channels/github.yaml:4:30 error expr/not-boolean must be true or false, got number',
      'src/channels/github.yaml:5:35 error ref/unknown-name nothing is called "steps" here; expected one of "body", "env", "headers", "query"',
      'src/channels/github.yaml:5:47 error security/secret-in-text secrets may be read only in "headers", "env" and "args"; let the tool that needs it read it there',
      'src/channels/github.yaml:6:10 error type/unknown-argument agent "typed" takes no "titel"; did you mean "title"?',
      'src/channels/github.yaml:6:50 error type/argument "size" of agent "typed" must be "big" or "small", got "medium"',
      'src/channels/github.yaml:7:19 error schema/bad-format "x github" is no name of a header; write "x-github"',
      'src/channels/github.yaml:7:31 error schema/exclusive-keys write either "header" or "key", not both',
      'src/channels/own.yaml:1:8 error ref/unknown-agent no agent "clrk"; did you mean "clerk"?',
      'src/channels/own.yaml:4:1 error schema/missing-key "hmac" needs "verify.header": the name of the header that holds the signature',
      'src/channels/own.yaml:4:21 error schema/missing-key "{timestamp}" needs "timestampHeader": the header that holds it',
      'src/channels/own.yaml:4:33 error ref/unknown-name nothing is called "{boddy}" here; expected one of "{body}", "{id}", "{timestamp}", "{url}"',
      'src/channels/own.yaml:5:9 error schema/missing-key write the "header" that holds the id of a delivery, or the "key" that gives it',
    ]);
  });
});

describe('link: headers of a delivery', () => {
  it('are in lower case', async () => {
    const findings = await findingsOf({
      ...around,
      'src/channels/hub.yaml': `agent: clerk
scheme: github
secret: HOOK
when: headers['X-GitHub-Event'] == 'push' && headers['x-github-event'] != ''
message: '{{headers.X-Kind}} {{body.Title}}'
`,
    });
    expect(findings).to.deep.equal([
      'src/channels/hub.yaml:4:7 error ref/unknown-field there is no "X-GitHub-Event" in "headers", whose names are in lower case; write "x-github-event"',
      'src/channels/hub.yaml:5:13 error ref/unknown-field there is no "X-Kind" in "headers", whose names are in lower case; write "x-kind"',
    ]);
  });
});

describe('link: schedules', () => {
  it('are read with all their keys, and nothing is wrong with them', async () => {
    const project = {
      ...around,
      'src/schedules/daily.yaml': `description: Every day.
cron: 0 8 * * 1-5
timezone: Europe/Berlin
workflow: report
input: { days: 1 }
missed: one
enabled: false
`,
      'src/schedules/hourly.yaml': `cron: '@hourly'
agent: clerk
instance: desk-{{env.TEAM}}
session: '{{schedule.name}}'
message: 'It is {{schedule.time}}.'
`,
      'src/schedules/typed.yaml':
        "cron: '*/10 0 8 * * *'\nagent: typed\ninput: { title: '${{ schedule.name }}', size: big }\n",
    };
    expect(await findingsOf(project)).to.deep.equal([]);
    const { schedules } = await programOf(project);
    expect(schedules['daily']).to.include({ missed: 'one', enabled: false, timezone: 'Europe/Berlin' });
    expect(schedules['hourly']?.target).to.include({ kind: 'agent', agent: 'clerk' });
  });

  it('are wrong at the place where they are', async () => {
    const findings = await findingsOf({
      ...around,
      'src/schedules/a.yaml': `cron: 0 25 * * 1-8
timezone: Europe/Berln
workflow: report
input: { days: 0, weeks: '\${{ schedule.nme }}' }
`,
      'src/schedules/b.yaml': 'cron: 0 0 30 2 *\nworkflow: reprt\n',
      'src/schedules/c.yaml': "cron: '@dayly'\nagent: clerk\n",
      'src/schedules/d.yaml': 'cron: every day\nagent: clerk\ninput: { a: 1 }\n',
      'src/schedules/e.yaml':
        "cron: '0 0 * * *'\nagent: typed\nmessage: '{{scedule.name}}'\ntimezone: somewhere\n",
      'src/schedules/f.yaml': "cron: '0 0 * * *'\nworkflow: report\ninput: { days: three }\n",
    });
    expect(findings).to.deep.equal([
      'src/schedules/a.yaml:1:9 error schema/bad-format "25" is no hour; expected 0 to 23',
      'src/schedules/a.yaml:1:16 error schema/bad-format "8" is no day of the week; expected 0 to 7, or SUN to SAT',
      'src/schedules/a.yaml:2:11 error schema/bad-format no time zone "Europe/Berln"; did you mean "Europe/Berlin"?',
      'src/schedules/a.yaml:4:40 error ref/unknown-field no field "nme" in "schedule"; did you mean "name"?',
      'src/schedules/b.yaml:1:7 error schema/bad-format there is no such day: "2" has no day 30',
      'src/schedules/b.yaml:2:11 error ref/unknown-workflow no workflow "reprt"; did you mean "report"?',
      'src/schedules/c.yaml:1:8 error schema/bad-format no time is called "@dayly"; did you mean "@daily"?',
      'src/schedules/c.yaml:2:8 error type/missing-argument agent "clerk" needs a "message"',
      'src/schedules/d.yaml:1:7 error schema/bad-format 2 fields, and five are needed: minute, hour, day of the month, month, day of the week; a sixth in front is the second',
      'src/schedules/d.yaml:3:1 error type/unknown-argument agent "clerk" takes a "message", not an input; declare an "inputSchema" to give it one',
      'src/schedules/e.yaml:2:8 error type/missing-argument agent "typed" needs "title" (string); give it under "input"',
      'src/schedules/e.yaml:3:13 error ref/unknown-name nothing is called "scedule" here; did you mean "schedule"?',
      'src/schedules/e.yaml:4:11 error schema/bad-format no time zone "somewhere"; write it as region and city, such as "Europe/Berlin"',
      'src/schedules/f.yaml:3:16 error type/argument "days" of workflow "report" must be number, got string',
    ]);
  });
});

describe('link: cron expressions', () => {
  for (const text of [
    ...[
      '* * * * *',
      '0 8 * * 1-5',
      '*/5 0,12 1-15/2 JAN-mar SUN',
      '0 0 L * *',
      '0 0 * * 5L',
      '0 0 * * MON#2',
    ],
    ...[
      '0 0 15W * *',
      '0 0 ? * MON',
      '30 0 0 * * *',
      '@daily',
      '@Hourly',
      '0 0 29 2 *',
      '0 0 31 1,2 *',
      '0 0 * * 7',
    ],
    ...['0 0 30 2 1', '0 22-23 * * FRI-SUN'],
  ])
    it(`"${text}" is one`, () => expect(cronFaults(text)).to.deep.equal([]));

  for (const [text, at, message] of [
    ['60 * * * *', '60', '"60" is no minute; expected 0 to 59'],
    ['* 24 * * *', '24', '"24" is no hour; expected 0 to 23'],
    ['* * 0 * *', '0', '"0" is no day of the month; expected 1 to 31'],
    ['* * * JNA *', 'JNA', '"JNA" is no month; expected 1 to 12, or JAN to DEC'],
    ['* * * * 8', '8', '"8" is no day of the week; expected 0 to 7, or SUN to SAT'],
    ['*/0 * * * *', '*/0', 'the step of "*/0" must be a number above 0'],
    ['*/90 * * * *', '*/90', 'the step of "*/90" is longer than the minute goes: 0 to 59'],
    ['5-1 * * * *', '5-1', 'the range "5-1" goes backwards; write "1-5", or two ranges with a comma'],
    ['1,,2 * * * *', ',', 'the minute has an empty part beside a comma'],
    ['5/15 * * * *', '5/15', '"5/15" steps from a single number; write "5-59/15", or "*/15" from the start'],
    ['1/2/3 * * * *', '1/2/3', '"1/2/3" has two steps'],
    ['0 0 31 4,6 *', '0 0 31 4,6 *', 'there is no such day: "4,6" has no day 31'],
    ['', '', 'it is empty; write five fields, such as "0 8 * * 1-5"'],
  ] as const)
    it(`"${text}" is none: ${message}`, () => {
      const [fault, ...more] = cronFaults(text);
      expect(more).to.deep.equal([]);
      expect([text.slice(fault?.start, fault?.end), fault?.message]).to.deep.equal([at, message]);
    });
});
