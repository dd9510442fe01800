"""Files, media, metafields and staged uploads."""

from __future__ import annotations

SDL = """
interface Media {
  alt: String, id: ID!, mediaContentType: MediaContentType!, mediaErrors: [MediaError!]!
  mediaWarnings: [MediaWarning!]!, preview: MediaPreviewImage, status: MediaStatus!
}
interface File {
  alt: String, createdAt: DateTime!, fileErrors: [FileError!]!, fileStatus: FileStatus!, id: ID!
  preview: MediaPreviewImage, updatedAt: DateTime!
}
type MediaImage implements File & Media & Node {
  id: ID!, alt: String, createdAt: DateTime!, updatedAt: DateTime!, fileStatus: FileStatus!
  fileErrors: [FileError!]!, status: MediaStatus!, mediaContentType: MediaContentType!
  mediaErrors: [MediaError!]!, mediaWarnings: [MediaWarning!]!, image: Image, mimeType: String
  preview: MediaPreviewImage, originalSource: MediaImageOriginalSource
}
type MediaImageOriginalSource {
  url: URL, fileSize: Int
}
type GenericFile implements File & Node {
  id: ID!, alt: String, createdAt: DateTime!, updatedAt: DateTime!, fileStatus: FileStatus!
  fileErrors: [FileError!]!, mimeType: String, originalFileSize: Int, url: URL, preview: MediaPreviewImage
}
type FileError {
  code: FileErrorCode!, details: String, message: String!
}
type MediaError {
  code: MediaErrorCode!, details: String, message: String!
}
type MediaWarning {
  code: MediaWarningCode!, message: String
}
type MediaPreviewImage {
  status: MediaPreviewImageStatus!, image: Image
}
type Image {
  id: ID, altText: String
  url(transform: ImageTransformInput): URL!
  width: Int, height: Int
}
interface HasMetafields {
  metafield(key: String!, namespace: String): Metafield
  metafields(<page>, keys: [String!], namespace: String): MetafieldConnection!
}
union MetafieldReference = Collection | Company | Customer | GenericFile | MediaImage | Order | Product | ProductVariant
type Metafield implements LegacyInteroperability & Node {
  id: ID!, legacyResourceId: UnsignedInt64!, namespace: String!, key: String!, type: String!, value: String!
  jsonValue: JSON!, ownerType: MetafieldOwnerType!, owner: HasMetafields!, createdAt: DateTime!
  updatedAt: DateTime!, compareDigest: String!, definition: MetafieldDefinition
  sizeInBytes: Int! @in(since: "2026-07")
  description: String @deprecated, reference: MetafieldReference
}
type MetafieldDefinition implements Node {
  id: ID!, name: String!, namespace: String!, key: String!, ownerType: MetafieldOwnerType!
  type: MetafieldDefinitionType!, description: String, pinnedPosition: Int
  metafieldsCount(validationStatus: MetafieldValidationStatus): Int!
  capabilities: MetafieldCapabilities!
}
type MetafieldDefinitionType {
  name: String!, category: String!
}
type MetafieldCapabilities {
  uniqueValues: MetafieldCapabilityUniqueValues!, adminFilterable: MetafieldCapabilityAdminFilterable!
}
type MetafieldCapabilityUniqueValues {
  eligible: Boolean!, enabled: Boolean!
}
type MetafieldCapabilityAdminFilterable {
  enabled: Boolean!, eligible: Boolean!
}
type MetafieldIdentifier {
  key: String!, namespace: String!, ownerId: ID!
}
type StagedMediaUploadTarget {
  parameters: [StagedUploadParameter!]!, resourceUrl: URL, url: URL
}
type StagedUploadParameter {
  name: String!, value: String!
}
"""
