const byte = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ownAddress = new RegExp(`^127(\\.${byte}){3}$`);

/** Whether a name or address (no port, IPv6 with or without brackets) means this machine. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return name === 'localhost' || name === '::1' || name === '[::1]' || ownAddress.test(name);
}
