/** Ports of the original, kept. In a file of its own, so that the command line starts without the schemas of the wire. */
export const ports = { master: 1234, slave: 2345 } as const;
