import ipaddr from 'ipaddr.js';
import { parseAddress } from '../identity/address.js';

/** Whether an address lies in a network, `198.51.100.0/24` or `2001:db8::/32`. False for what is no address or no network. */
export const inCidr = (ip: string, cidr: string): boolean => {
  const address = parseAddress(ip);
  if (address === null || !ipaddr.isValidCIDR(cidr)) return false;
  const network = ipaddr.parseCIDR(cidr);
  return address.kind() === network[0].kind() && address.match(network);
};
