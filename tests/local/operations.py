"""Several operations of the endpoint as a program in Python uses them; ends with 0 when each answers as AWS does."""

import json
import time
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, HTTPClientError

RECEIVER = "/aws/lambda/receiver"
# Loopback has no name that a prefix could stand before.
plain = Config(inject_host_prefix=False, retries={"total_max_attempts": 1})
logs = boto3.client("logs", config=plain)
functions = boto3.client("lambda", config=plain)
metrics = boto3.client("cloudwatch", config=plain)
account = boto3.client("sts", config=plain)


def until(what, found):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        result = found()
        if result:
            return result
        time.sleep(0.02)
    raise AssertionError(what)


def faults(*rules):
    body = json.dumps({"faults": rules}).encode()
    url = functions.meta.endpoint_url + "/_arrivals/faults"
    urllib.request.urlopen(urllib.request.Request(url, data=body, method="PUT")).read()


def refused(code, ask):
    try:
        ask()
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return
    raise AssertionError(f"no {code}")


def failures():
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=RECEIVER, filterPattern="RetriesExhausted")
    return [json.loads(event["message"]) for page in pages for event in page["events"]]


def reads_and_invokes():
    assert account.get_caller_identity()["Account"] == "123123123123"
    names = [one["FunctionName"] for page in functions.get_paginator("list_functions").paginate() for one in page["Functions"]]
    assert "sender" in names and "receiver" in names, names
    config = functions.get_function_event_invoke_config(FunctionName="sender")
    assert config["DestinationConfig"]["OnFailure"]["Destination"].endswith(":function:receiver")
    answer = functions.invoke(FunctionName="sender", InvocationType="Event", Payload=b'{"return": "failure"}')
    assert answer["StatusCode"] == 202
    request = answer["ResponseMetadata"]["RequestId"]
    record = until("a record", lambda: [one for one in failures() if one["requestContext"]["requestId"] == request])[0]
    assert record["requestPayload"] == {"return": "failure"}, record
    assert record["responsePayload"]["errorType"] == "RuntimeError", record
    at_once = functions.invoke(FunctionName="sender", Payload=b'{"return": "success"}')
    assert json.load(at_once["Payload"]) == {"this_invocation": "was_successful"}


def queries():
    now = int(time.time())
    query = "fields @message, @ptr | filter @message like 'approximateInvokeCount' | limit 5"
    started = logs.start_query(logGroupName=RECEIVER, startTime=now - 3600, endTime=now + 60, queryString=query)

    def ended():
        answer = logs.get_query_results(queryId=started["queryId"])
        return answer if answer["status"] == "Complete" else None

    answer = until("the end of the query", ended)
    assert answer["statistics"]["bytesScanned"] > 0
    pointer = next(field["value"] for field in answer["results"][0] if field["field"] == "@ptr")
    assert "approximateInvokeCount" in logs.get_log_record(logRecordPointer=pointer)["logRecord"]["@message"]


def counts():
    dimension = [{"Name": "FunctionName", "Value": "sender"}]
    metric = {"Namespace": "AWS/Lambda", "MetricName": "AsyncEventsReceived", "Dimensions": dimension}
    query = [{"Id": "q", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}]
    span = {"StartTime": time.time() - 3600, "EndTime": time.time() + 60}
    until("a count", lambda: sum(metrics.get_metric_data(MetricDataQueries=query, **span)["MetricDataResults"][0]["Values"]))


def listens():
    group = "arn:aws:logs:eu-central-1:123123123123:log-group:" + RECEIVER
    faults("session=5s@StartLiveTail")
    told = []
    for event in logs.start_live_tail(logGroupIdentifiers=[group])["responseStream"]:
        if "sessionStart" in event:
            functions.invoke(FunctionName="sender", InvocationType="Event", Payload=b'{"return": "success", "by": "boto"}')
        told += [one["message"] for one in event.get("sessionUpdate", {}).get("sessionResults", [])]
        if any('"by": "boto"' in message for message in told):
            return
    raise AssertionError(told)


def fails_on_demand():
    read = lambda: logs.filter_log_events(logGroupName=RECEIVER)
    invoke = lambda: functions.invoke(FunctionName="sender", Payload=b"{}")
    for rule, code in [
        ("throttle", "ThrottlingException"),
        ("error", "InternalFailure"),
        ("missing", "ResourceNotFoundException"),
        ("denied", "AccessDeniedException"),
        ("expired", "ExpiredTokenException"),
        ("skew", "InvalidSignatureException"),
    ]:
        faults(rule + "@FilterLogEvents")
        refused(code, read)
    faults("throttle@Invoke")
    refused("TooManyRequestsException", invoke)
    faults("denied@GetMetricData")
    refused("AccessDenied", counts)
    for rule in ["cut@FilterLogEvents", "reset@FilterLogEvents"]:
        faults(rule)
        try:
            read()
        except (HTTPClientError, ConnectionClosedError, EndpointConnectionError):
            continue
        raise AssertionError(rule)
    faults("page=1@FilterLogEvents", "empty=0.3@FilterLogEvents")
    assert len(failures()) == 1
    faults("mask=RuntimeError")
    assert failures()[0]["responsePayload"]["errorType"] == "************"
    assert logs.describe_log_groups()["logGroups"][0]["dataProtectionStatus"] == "ACTIVATED"
    faults()


reads_and_invokes()
queries()
counts()
listens()
fails_on_demand()
