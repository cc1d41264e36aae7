/** The parameters that a V1 signature covers. Public API: "Include a V1 signature in the Authorization header". */
export const SUBRESOURCES: ReadonlySet<string> = new Set([
  'accessMonitor', 'accessPoint', 'accessPointPolicy', 'acl', 'append', 'asyncFetch', 'bucketInfo', 'callback', 'callback-var', 'cleanRestoredObject', 'cloudboxes', 'cname', 'comp',
  'continuation-token', 'cors', 'delete', 'encryption', 'endTime', 'group', 'httpsConfig', 'img', 'inventory', 'inventoryId', 'lifecycle',
  'link', 'live', 'location', 'logging', 'metaQuery', 'objectInfo', 'objectMeta', 'ownershipControls', 'partNumber', 'policy', 'policyStatus',
  'position', 'publicAccessBlock', 'qos', 'qosInfo', 'qosRequester', 'redundancyTransition', 'referer', 'regionList', 'replication', 'replicationLocation', 'replicationProgress', 'requestPayment',
  'requesterQosInfo', 'resourceGroup', 'resourcePool', 'resourcePoolBuckets', 'resourcePoolInfo', 'response-cache-control', 'response-content-disposition', 'response-content-encoding',
  'response-content-language', 'response-content-type', 'response-expires', 'restore', 'rtc', 'security-token', 'sequential',
  'startTime', 'stat', 'status', 'style', 'styleName', 'symlink', 'tagging', 'transferAcceleration', 'udf', 'udfApplication', 'udfApplicationLog', 'udfImage', 'udfId', 'udfImageDesc', 'udfName', 'uploadId',
  'uploads', 'versionId', 'versioning', 'versions', 'vod', 'website', 'worm', 'wormExtend', 'withHashContext', 'wormId', 'x-oss-access-point-name', 'x-oss-enable-md5', 'x-oss-enable-sha1', 'x-oss-enable-sha256', 'x-oss-hash-ctx', 'x-oss-md5-ctx',
  'x-oss-ac-forward-allow',
  'x-oss-ac-source-ip', 'x-oss-ac-subnet-mask', 'x-oss-ac-vpc-id', 'x-oss-async-process', 'x-oss-process', 'x-oss-redundancy-transition-taskid', 'x-oss-request-payer',
  'x-oss-target-redundancy-type', 'x-oss-traffic-limit', 'x-oss-write-get-object-response',
]);

/** Sub-resources that came later: newer clients sign them, older ones do not know them by name and leave them out. */
export const LATER_SUBRESOURCES: ReadonlySet<string> = new Set([
  'accessmonitor', 'bucketArchiveDirectRead', 'dataPipeline', 'metadataConfiguration', 'objectWorm', 'objectWormConfiguration', 'overwriteConfig', 'quota', 'regions', 'seal', 'userDefinedLogFieldsConfig',
]);
