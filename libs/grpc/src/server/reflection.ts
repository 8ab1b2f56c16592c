import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';

type ReflectedPackage = ConstructorParameters<typeof ReflectionService>[0];

/** The serialized files of a `google.protobuf.FileDescriptorSet` (field 1, repeated). */
const filesOf = (descriptorSet: Uint8Array): Buffer[] => {
  const reader = new BinaryReader(descriptorSet);
  const files: Buffer[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 10) files.push(Buffer.from(reader.bytes()));
    else reader.skip(tag & 7);
  }
  return files;
};

/** Lets tools ask what the server speaks. Not for production: it needs no token. */
export const addReflection = (server: Server, descriptorSet: Uint8Array): void => {
  const description = { drawdown: { fileDescriptorProtos: filesOf(descriptorSet) } } as unknown as ReflectedPackage;
  new ReflectionService(description).addToServer(server);
};
