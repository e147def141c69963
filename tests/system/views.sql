-- The streaming job: how often was each product seen in each five minutes of event time?
--
-- It is the Flink of what dags/clickstream/stream.py does by hand, with the same bounds, so that the truth which generate.py
-- writes down is the truth for this job as well. For each window it keeps
--
--     the counts     a row for each product, written again when a late view corrects it. They go to PostgreSQL and not to
--                    Redis, because Flink has a sink of its own for the one and none for the other
--     the marker     an event dev.weir.window.completed on the topic weir.events, told again, with a higher revision, when a
--                    late view corrects any of the window's counts
--
-- A marker must not be seen before the counts that it is about; the checkpoints see to that. Counts are flushed as a part
-- of a checkpoint. A marker is written in a transaction that is committed after the checkpoint, and Weir reads committed
-- ones only. And both come from the same watermark, which passes before the checkpoint's barrier in both branches of the
-- job, or after it in both.
--
-- run.py sets ${brokers}, ${database} and ${checkpoints}.

SET 'execution.runtime-mode' = 'streaming';
SET 'parallelism.default' = '1';
SET 'table.local-time-zone' = 'UTC';
SET 'execution.checkpointing.interval' = '1 s';
SET 'execution.checkpointing.dir' = '${checkpoints}';

-- A window counts late views until ten minutes after its end, and tells each at once. Its first result is never early.
SET 'table.exec.emit.allow-lateness' = '10 min';
SET 'table.exec.emit.late-fire.enabled' = 'true';
SET 'table.exec.emit.late-fire.delay' = '0 s';

-- The topic has one partition, and each view moves the watermark: what is late depends on the views alone.
CREATE TABLE clicks (
    event_time TIMESTAMP_LTZ(3),
    product_id STRING,
    WATERMARK FOR event_time AS event_time - INTERVAL '30' SECOND
) WITH (
    'connector' = 'kafka',
    'properties.bootstrap.servers' = '${brokers}',
    'topic' = 'views',
    'scan.startup.mode' = 'earliest-offset',
    'scan.watermark.emit.strategy' = 'on-event',
    'format' = 'json',
    'json.timestamp-format.standard' = 'ISO-8601',
    'json.ignore-parse-errors' = 'true'
);

CREATE TABLE counts (
    window_start TIMESTAMP(3),
    product_id STRING,
    `views` BIGINT,
    PRIMARY KEY (window_start, product_id) NOT ENFORCED
) WITH (
    'connector' = 'jdbc',
    'url' = '${database}',
    'table-name' = 'stream.product_views',
    'sink.buffer-flush.interval' = '0 s',
    'sink.buffer-flush.max-rows' = '0' -- at checkpoints only
);

-- The columns are the members of a CloudEvent in structured JSON. The sink's buffer keeps the last word about each window; a
-- window's correction begins with taking the old result back, which must not become a message of its own.
CREATE TABLE markers (
    window_start TIMESTAMP(3),
    windowstart TIMESTAMP_LTZ(3),
    windowend TIMESTAMP_LTZ(3),
    specversion STRING,
    `type` STRING,
    source STRING,
    id STRING,
    subject STRING,
    revision BIGINT,
    rowcount BIGINT,
    headers MAP<STRING, BYTES> METADATA,
    PRIMARY KEY (window_start) NOT ENFORCED
) WITH (
    'connector' = 'upsert-kafka',
    'properties.bootstrap.servers' = '${brokers}',
    'topic' = 'weir.events',
    'sink.delivery-guarantee' = 'exactly-once',
    'sink.transactional-id-prefix' = 'views-markers',
    'properties.transaction.timeout.ms' = '600000',
    'sink.buffer-flush.interval' = '1 s',
    'sink.buffer-flush.max-rows' = '1000000',
    'key.format' = 'json',
    'key.json.timestamp-format.standard' = 'ISO-8601',
    'value.format' = 'json',
    'value.fields-include' = 'EXCEPT_KEY',
    'value.json.timestamp-format.standard' = 'ISO-8601'
);

-- A view is late when the watermark has reached the end of its window. (A window of five minutes begins at a multiple of
-- 300 seconds.)
CREATE VIEW known AS
SELECT event_time, product_id,
       CURRENT_WATERMARK(event_time) IS NOT NULL
       AND TIMESTAMPDIFF(SECOND, TO_TIMESTAMP_LTZ(0, 0), CURRENT_WATERMARK(event_time)) / 300
         > TIMESTAMPDIFF(SECOND, TO_TIMESTAMP_LTZ(0, 0), event_time) / 300 AS late
FROM clicks
WHERE event_time IS NOT NULL AND product_id <> '';

EXECUTE STATEMENT SET
BEGIN

INSERT INTO counts
SELECT TUMBLE_START(event_time, INTERVAL '5' MINUTE), product_id, COUNT(*)
FROM known
GROUP BY TUMBLE(event_time, INTERVAL '5' MINUTE), product_id;

INSERT INTO markers
SELECT window_start, CAST(window_start AS TIMESTAMP_LTZ(3)), CAST(window_end AS TIMESTAMP_LTZ(3)),
       '1.0', 'dev.weir.window.completed', 'flink/views',
       CONCAT('product_views/', DATE_FORMAT(window_start, 'yyyyMMdd''T''HHmm'), '/', CAST(revision AS STRING)),
       'product_views', revision, rowcount,
       MAP['content-type', ENCODE('application/cloudevents+json', 'UTF-8')]
FROM (
    SELECT TUMBLE_START(event_time, INTERVAL '5' MINUTE) AS window_start,
           TUMBLE_END(event_time, INTERVAL '5' MINUTE) AS window_end,
           1 + COUNT(*) FILTER (WHERE late) AS revision,
           COUNT(*) AS rowcount
    FROM known
    GROUP BY TUMBLE(event_time, INTERVAL '5' MINUTE)
);

END;
