// Does the work of `cri ps` in plain C with the same two libraries, as a reference for benchmarks.
// Usage: list SOCKET
#include <errno.h>
#include <nghttp2/nghttp2.h>
#include <protobuf-c/protobuf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "CRIWire.h"

enum { columns = 9, gap = 3, window = 64 << 20 };

struct call {
  const uint8_t *request;
  size_t request_left;
  uint8_t *response;
  size_t length, capacity;
  char status[16];
  int closed;
};

static void die(const char *what) {
  fprintf(stderr, "list: %s: %s\n", what, strerror(errno));
  exit(1);
}

static ssize_t read_request(nghttp2_session *s, int32_t id, uint8_t *into, size_t space, uint32_t *flags,
                            nghttp2_data_source *source, void *user) {
  (void)s, (void)id, (void)user;
  struct call *call = source->ptr;
  size_t n = call->request_left < space ? call->request_left : space;
  memcpy(into, call->request, n);
  call->request += n;
  call->request_left -= n;
  if (call->request_left == 0) *flags |= NGHTTP2_DATA_FLAG_EOF;
  return (ssize_t)n;
}

static int on_header(nghttp2_session *s, const nghttp2_frame *frame, const uint8_t *name, size_t name_length,
                     const uint8_t *value, size_t value_length, uint8_t flags, void *user) {
  (void)s, (void)frame, (void)flags;
  struct call *call = user;
  if (name_length == 11 && memcmp(name, "grpc-status", 11) == 0)
    snprintf(call->status, sizeof call->status, "%.*s", (int)value_length, value);
  return 0;
}

static int on_data(nghttp2_session *s, uint8_t flags, int32_t id, const uint8_t *data, size_t n, void *user) {
  (void)s, (void)flags, (void)id;
  struct call *call = user;
  if (call->length + n > call->capacity) {
    call->capacity = (call->length + n) * 2;
    call->response = realloc(call->response, call->capacity);
    if (!call->response) die("realloc");
  }
  memcpy(call->response + call->length, data, n);
  call->length += n;
  return 0;
}

static int on_close(nghttp2_session *s, int32_t id, uint32_t code, void *user) {
  (void)s, (void)id, (void)code;
  ((struct call *)user)->closed = 1;
  return 0;
}

// Makes one unary call and returns the response message without its 5-byte prefix.
static ProtobufCBinaryData unary(const char *path, const char *method, const uint8_t *request, size_t length) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) die(path);

  static struct call call;
  call.request = request;
  call.request_left = length;
  nghttp2_session_callbacks *callbacks;
  nghttp2_session *session;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
  if (nghttp2_session_client_new(&session, callbacks, &call)) die("nghttp2");

  nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window}};
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings, 1);
  nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, window);
#define HEADER(n, v) {(uint8_t *)n, (uint8_t *)v, strlen(n), strlen(v), NGHTTP2_NV_FLAG_NONE}
  nghttp2_nv headers[] = {HEADER(":method", "POST"), HEADER(":scheme", "http"), HEADER(":path", method),
                          HEADER(":authority", "localhost"), HEADER("content-type", "application/grpc"),
                          HEADER("te", "trailers")};
  nghttp2_data_provider provider = {{.ptr = &call}, read_request};
  nghttp2_submit_request(session, NULL, headers, sizeof headers / sizeof *headers, &provider, NULL);

  static uint8_t chunk[256 << 10];
  while (!call.closed) {
    const uint8_t *out;
    ssize_t n;
    while ((n = nghttp2_session_mem_send(session, &out)) > 0)
      for (ssize_t sent = 0, m; sent < n; sent += m)
        if ((m = write(fd, out + sent, (size_t)(n - sent))) < 0) die("write");
    if (call.closed) break;
    if ((n = read(fd, chunk, sizeof chunk)) <= 0) die("read");
    if (nghttp2_session_mem_recv(session, chunk, (size_t)n) < 0) die("not HTTP/2");
  }
  close(fd);
  nghttp2_session_del(session);
  nghttp2_session_callbacks_del(callbacks);
  if (strcmp(call.status, "0") || call.length < 5) {
    fprintf(stderr, "list: grpc-status %s\n", call.status);
    exit(1);
  }
  return (ProtobufCBinaryData){call.length - 5, call.response + 5};
}

static ProtobufCBinaryData label(const Runtime__V1__Container *c, const char *key) {
  for (size_t i = 0; i < c->n_labels; i++)
    if (c->labels[i]->key.len == strlen(key) && !memcmp(c->labels[i]->key.data, key, strlen(key)))
      return c->labels[i]->value;
  return (ProtobufCBinaryData){7, (uint8_t *)"unknown"};
}

static int newest_first(const void *a, const void *b) {
  int64_t x = (*(Runtime__V1__Container *const *)a)->created_at, y = (*(Runtime__V1__Container *const *)b)->created_at;
  return (x < y) - (x > y);
}

struct row {
  ProtobufCBinaryData cells[columns];
  char age[32], attempt[12];
};

static ProtobufCBinaryData text(const char *s) { return (ProtobufCBinaryData){strlen(s), (uint8_t *)s}; }

static ProtobufCBinaryData first(ProtobufCBinaryData data, size_t n) {
  if (data.len > n) data.len = n;
  return data;
}

static void fill(struct row *row, const Runtime__V1__Container *c, int64_t now) {
  long long hours = (now - c->created_at) / 3600000000000LL;
  if (hours < 48) snprintf(row->age, sizeof row->age, "%lld hours ago", hours);
  else if (hours < 24 * 14) snprintf(row->age, sizeof row->age, "%lld days ago", hours / 24);
  else snprintf(row->age, sizeof row->age, "%lld weeks ago", hours / 168);
  snprintf(row->attempt, sizeof row->attempt, "%u", c->metadata ? c->metadata->attempt : 0);
  ProtobufCBinaryData image = c->image ? c->image->image : text("");
  if (image.len > 7 && !memcmp(image.data, "sha256:", 7)) image = first(image, 20);
  ProtobufCBinaryData cells[columns] = {
      first(c->id, 13), image, text(row->age), text("Running"), c->metadata ? c->metadata->name : text(""),
      text(row->attempt), first(c->pod_sandbox_id, 13), label(c, "io.kubernetes.pod.name"),
      label(c, "io.kubernetes.pod.namespace")};
  memcpy(row->cells, cells, sizeof cells);
}

static void print_rows(struct row *rows, size_t count) {
  size_t widths[columns] = {0};
  for (size_t r = 0; r < count; r++)
    for (int i = 0; i < columns; i++)
      if (rows[r].cells[i].len > widths[i]) widths[i] = rows[r].cells[i].len;
  for (size_t r = 0; r < count; r++) {
    for (int i = 0; i < columns; i++) {
      fwrite(rows[r].cells[i].data, 1, rows[r].cells[i].len, stdout);
      if (i + 1 < columns) printf("%*s", (int)(widths[i] - rows[r].cells[i].len + gap), "");
    }
    putchar('\n');
  }
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: list SOCKET\n"), 2;
  Runtime__V1__ContainerStateValue state = RUNTIME__V1__CONTAINER_STATE_VALUE__INIT;
  state.state = RUNTIME__V1__CONTAINER_STATE__CONTAINER_RUNNING;
  Runtime__V1__ContainerFilter filter = RUNTIME__V1__CONTAINER_FILTER__INIT;
  filter.state = &state;
  Runtime__V1__ListContainersRequest request = RUNTIME__V1__LIST_CONTAINERS_REQUEST__INIT;
  request.filter = &filter;
  uint8_t wire[64] = {0};
  size_t length = protobuf_c_message_pack(&request.base, wire + 5);
  wire[4] = (uint8_t)length;

  ProtobufCBinaryData message = unary(argv[1], "/runtime.v1.RuntimeService/ListContainers", wire, length + 5);
  Runtime__V1__ListContainersResponse *response = (Runtime__V1__ListContainersResponse *)protobuf_c_message_unpack(
      &runtime__v1__list_containers_response__descriptor, NULL, message.len, message.data);
  if (!response) return fprintf(stderr, "list: cannot decode the response\n"), 1;
  if (response->n_containers) qsort(response->containers, response->n_containers, sizeof *response->containers, newest_first);

  static const char *header[columns] = {"CONTAINER", "IMAGE", "CREATED", "STATE", "NAME", "ATTEMPT", "POD ID", "POD", "NAMESPACE"};
  struct row *rows = calloc(response->n_containers + 1, sizeof *rows);
  if (!rows) die("calloc");
  for (int i = 0; i < columns; i++) rows[0].cells[i] = text(header[i]);
  int64_t now = (int64_t)time(NULL) * 1000000000;
  for (size_t i = 0; i < response->n_containers; i++) fill(&rows[i + 1], response->containers[i], now);
  print_rows(rows, response->n_containers + 1);
  return 0;
}
