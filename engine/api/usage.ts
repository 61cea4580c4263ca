export type { UsageLine, UsageReport } from '../core/records/usage-report.ts';
