"""Bulk operations and webhook subscriptions."""

from __future__ import annotations

SDL = """
type BulkOperation implements Node {
  completedAt: DateTime, createdAt: DateTime!, errorCode: BulkOperationErrorCode, fileSize: UnsignedInt64
  id: ID!, objectCount: UnsignedInt64!, partialDataUrl: URL, query: String!, rootObjectCount: UnsignedInt64!
  status: BulkOperationStatus!, type: BulkOperationType!, url: URL
}
type WebhookSubscription implements LegacyInteroperability & Node {
  id: ID!, legacyResourceId: UnsignedInt64!, topic: WebhookSubscriptionTopic!, uri: String!
  callbackUrl: URL! @deprecated, format: WebhookSubscriptionFormat!, filter: String, includeFields: [String!]!
  metafieldNamespaces: [String!]!, apiVersion: ApiVersion!, createdAt: DateTime!, updatedAt: DateTime!
  name: String @in(since: "2026-04")
  endpoint: WebhookSubscriptionEndpoint! @deprecated
}
union WebhookSubscriptionEndpoint = WebhookHttpEndpoint
type WebhookHttpEndpoint {
  callbackUrl: URL!
}
"""
