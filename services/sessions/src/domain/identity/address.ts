import ipaddr from 'ipaddr.js';
import type { PropertySettings } from '../property/settings.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Bits that stay at each level of masking (sessions §10.1). */
const KEPT_BITS = { ipv4: [32, 24, 16, 8, 0], ipv6: [128, 48, 32, 16, 0] } as const;

const BITS_PER_BYTE = 8;

/** An IPv4 address in four decimal parts or an IPv6 address; one mapped into IPv6 is the IPv4 address. Null for any other text. */
export const parseAddress = (text: string): Address | null => {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (!ipaddr.IPv6.isValid(text)) return null;
  const address = ipaddr.IPv6.parse(text);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
};

/**
 * Takes from an address what the property does not want to know (sessions §10.1); done before stamps are made. Level 0 leaves any text as
 * it is, level 4 leaves nothing. In between the last bits are zero, and a text that is no address is removed: it might hold one.
 */
export const maskedAddress = (text: string, level: PropertySettings['ipMasking']): string => {
  if (level === 0) return text;
  const address = level === 4 ? null : parseAddress(text);
  if (address === null) return '';
  const keptBytes = KEPT_BITS[address.kind()][level] / BITS_PER_BYTE;
  const bytes = address.toByteArray().map((byte, index) => (index < keptBytes ? byte : 0));
  return ipaddr.fromByteArray(bytes).toString();
};
