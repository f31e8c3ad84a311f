/** Shapes of the routes of administration, under the names that the pages use. */
import type { Schemas } from "@callboard/api";

export type ApiKey = Schemas["ApiKey"];
export type KeyWithSecret = Schemas["KeyWithSecret"];
export type Scope = Schemas["Scope"];
export type Issuer = Schemas["Issuer"];
export type Algorithm = Schemas["Algorithm"];
export type User = Schemas["User"];
export type Role = Schemas["Role"];
export type Receipt = Schemas["ReceiptView"];
export type Outcome = Schemas["Outcome"];
export type RejectedDeliveries = Schemas["RejectionView"];
export type ApiRequest = Schemas["RequestEntry"];
export type AuditEntry = Schemas["AuditEntry"];
export type ProbeReport = Schemas["ProbeReport"];
export type Readiness = Schemas["Readiness"];
export type ServiceLevels = Schemas["ServiceLevels"];
export type ServiceLevel = Schemas["ServiceLevel"];
export type EndpointMap = Schemas["Map"];
export type PublishedSchema = Schemas["PublishedSchema"];
