// Figures for Prometheus, as they are at the moment of asking: GET /metrics. Weir keeps no counters of its own for it, so
// nothing is lost or doubled by a restart, and an idle daemon does nothing.
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "web/api/resources.hpp"

namespace weir::api {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

namespace {

using Labels = std::vector<ClientMetric::Label>;

MetricFamily gauge(std::string name, std::string help) {
    return {std::move(name), std::move(help), MetricType::Gauge, {}};
}
MetricFamily counter(std::string name, std::string help) {
    return {std::move(name), std::move(help), MetricType::Counter, {}};
}

void add(MetricFamily& family, double value, Labels labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    (family.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
    family.metric.push_back(std::move(metric));
}

double seconds(model::TimePoint t) { return static_cast<double>(t.time_since_epoch().count()) / 1e6; }

void add_daemon(std::vector<MetricFamily>& families, const Services& services) {
    const auto health = services.commands.health();
    auto info = gauge("weir_build_info", "1, with the version of this daemon");
    add(info, 1, {{"version", services.version}});
    auto healthy = gauge("weir_healthy", "1 while this part of the daemon is well, else 0");
    add(healthy, health.database_healthy, {{"part", "database"}});
    add(healthy, health.scheduler_healthy, {{"part", "scheduler"}});
    auto heartbeat = gauge("weir_scheduler_heartbeat_timestamp_seconds", "When the scheduler last looked around");
    add(heartbeat, seconds(health.heartbeat));
    auto runs = gauge("weir_dag_runs", "DAG runs in the database, by state");
    for (const auto& name : model::enum_names<model::RunState>()) {
        ports::RunFilter filter;
        filter.states = {name.value};
        filter.limit = 0;
        add(runs, static_cast<double>(services.history.runs(filter).total), {{"state", std::string(name.text)}});
    }
    const auto catalog = services.catalog.catalog();
    auto dags = gauge("weir_dags", "DAGs that are loaded");
    add(dags, static_cast<double>(catalog->dags.size()));
    auto errors = gauge("weir_import_errors", "Files of the DAG folder that do not load");
    add(errors, static_cast<double>(catalog->import_errors.size()));
    families.insert(families.end(), {info, healthy, heartbeat, runs, dags, errors});
}

void add_assets(std::vector<MetricFamily>& families, const Services& services) {
    auto watermark =
        gauge("weir_asset_watermark_timestamp_seconds", "Every window of the asset up to here is complete");
    auto newest = gauge("weir_asset_newest_window_timestamp_seconds", "The end of the newest completed window");
    auto seen = gauge("weir_asset_last_seen_timestamp_seconds", "When the asset was last told of");
    for (const auto& asset : services.history.assets()) {
        const Labels labels{{"asset", asset.asset}, {"key", asset.key}};
        if (asset.watermark) add(watermark, seconds(*asset.watermark), labels);
        if (asset.newest_end) add(newest, seconds(*asset.newest_end), labels);
        add(seen, seconds(asset.last_seen), labels);
    }
    families.insert(families.end(), {watermark, newest, seen});
}

void add_sources(std::vector<MetricFamily>& families, const Services& services) {
    auto connected = gauge("weir_source_connected", "1 while the source of events has its server, else 0");
    auto lag = gauge("weir_source_lag", "Events that are there and not yet taken, where the server can tell");
    auto seen = gauge("weir_source_last_seen_timestamp_seconds", "When the source last brought events");
    auto taken = counter("weir_source_events_total", "Events that the source has brought in this life of the daemon");
    auto rejected = counter("weir_source_rejected_events_total", "Those of them that made no sense");
    for (const auto& source : services.sources.sources()) {
        const Labels labels{{"source", source.name}, {"kind", source.kind}};
        add(connected, source.connected, labels);
        if (source.lag) add(lag, static_cast<double>(*source.lag), labels);
        if (source.last_seen) add(seen, seconds(*source.last_seen), labels);
        add(taken, static_cast<double>(source.taken), labels);
        add(rejected, static_cast<double>(source.rejected), labels);
    }
    families.insert(families.end(), {connected, lag, seen, taken, rejected});
}

http::Response get_metrics(const Services& services) {
    std::vector<MetricFamily> families;
    add_daemon(families, services);
    add_assets(families, services);
    add_sources(families, services);
    std::erase_if(families, [](const MetricFamily& family) { return family.metric.empty(); });
    http::Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = prometheus::TextSerializer().Serialize(families);
    return response;
}

}  // namespace

void add_metrics(http::Router& router, const Services& services) {
    router.add("GET", "/metrics", [services](const http::Request&) { return get_metrics(services); });
}

}  // namespace weir::api
