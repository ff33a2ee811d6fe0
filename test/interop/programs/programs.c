/*
 * Programs as courses and textbooks write them in C: each function is one kind. Usage: programs KIND [ARGUMENTS].
 *
 * A server listens on a free port of 127.0.0.1 and prints that port in a line, and then what the kind prints. A client is
 * given the port. What they do not check is what such programs do not check.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE 80

static int listening(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  bind(listener, (struct sockaddr *)&address, sizeof address);
  listen(listener, 5);
  getsockname(listener, (struct sockaddr *)&address, &length);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

static int connected(const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int server = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_port = htons((uint16_t)atoi(port));
  if (connect(server, (struct sockaddr *)&address, sizeof address) != 0) {
    perror("connect");
    exit(1);
  }
  return server;
}

static void read_all(int from, void *bytes, size_t size) {
  for (size_t at = 0; at < size;) {
    ssize_t count = read(from, (char *)bytes + at, size - at);
    if (count <= 0) exit(2);
    at += (size_t)count;
  }
}

/* The client of every tutorial: the whole buffer is written, with the NULs after the line, and one read is the reply. */
static void padded_client(char **arguments) {
  int server = connected(arguments[0]);
  char buffer[SIZE];
  for (;;) {
    bzero(buffer, sizeof buffer);
    if (!fgets(buffer, sizeof buffer, stdin)) break;
    write(server, buffer, sizeof buffer);
    bzero(buffer, sizeof buffer);
    read(server, buffer, sizeof buffer);
    printf("From server: %s", buffer);
    if (!strchr(buffer, '\n')) printf("\n");
    fflush(stdout);
  }
  close(server);
}

/* Text 3's client: a fixed buffer with the name in it, no newline, and one recv for the reply. */
static void order_client(char **arguments) {
  int server = connected(arguments[0]);
  char message[SIZE] = {0}, reply[1024] = {0};
  snprintf(message, sizeof message, "Client %s: %s", arguments[1], arguments[2]);
  send(server, message, sizeof message, 0);
  recv(server, reply, sizeof reply - 1, 0);
  printf("From server: %s\n", reply);
  close(server);
}

/* Text 2's client: standard input in pieces, as many bytes as were read, and the exit closes the socket. */
static void sink_client(char **arguments) {
  int server = connected(arguments[0]);
  char buffer[4096];
  size_t count;
  while ((count = fread(buffer, 1, sizeof buffer, stdin)) > 0) send(server, buffer, count, 0);
  close(server);
}

/* A client of a protocol with a header of two bytes, highest first, before each message. */
static void short_header_client(char **arguments) {
  int server = connected(arguments[0]);
  char line[SIZE], reply[65536];
  while (fgets(line, sizeof line, stdin)) {
    uint16_t size = htons((uint16_t)strcspn(line, "\n"));
    write(server, &size, sizeof size);
    write(server, line, ntohs(size));
    read_all(server, &size, sizeof size);
    read_all(server, reply, ntohs(size));
    printf("%.*s\n", (int)ntohs(size), reply);
  }
  close(server);
}

/* Text 4's client: it says something, then listens; a message is a buffer with NULs, and "/q" ends it. */
static void turns_client(char **arguments) {
  int server = connected(arguments[0]);
  char buffer[SIZE];
  for (;;) {
    bzero(buffer, sizeof buffer);
    if (!fgets(buffer, sizeof buffer, stdin)) break;
    send(server, buffer, sizeof buffer, 0);
    if (strncmp(buffer, "/q", 2) == 0) break;
    bzero(buffer, sizeof buffer);
    if (recv(server, buffer, sizeof buffer - 1, 0) <= 0) break;
    printf("other: %s", buffer);
    fflush(stdout);
    if (strncmp(buffer, "/q", 2) == 0) break;
  }
  close(server);
}

/* The concurrent echo server of a textbook: a process per client, which echoes what each read gives until the end. */
static void forking_echo(char **arguments) {
  (void)arguments;
  int listener = listening();
  for (;;) {
    int client = accept(listener, NULL, NULL);
    if (fork() == 0) {
      char buffer[4096];
      ssize_t count;
      close(listener);
      while ((count = read(client, buffer, sizeof buffer)) > 0)
        for (ssize_t at = 0; at < count;) at += write(client, buffer + at, (size_t)(count - at));
      exit(0);
    }
    close(client);
    while (waitpid(-1, NULL, WNOHANG) > 0) continue;
  }
}

/* A server that gives one read per client to its answer, and leaves closing to the client. */
static void one_read_stays(char **arguments) {
  (void)arguments;
  int client = accept(listening(), NULL, NULL);
  char buffer[256] = {0}, answer[320];
  ssize_t count = recv(client, buffer, sizeof buffer - 1, 0);
  buffer[strcspn(buffer, "\r\n")] = 0;
  send(client, answer, (size_t)snprintf(answer, sizeof answer, "got %zd bytes: %s\n", count, buffer), 0);
  sleep(60);
}

/* A server with a header of four bytes in network order, which turns each message round. */
static void long_header_server(char **arguments) {
  (void)arguments;
  int client = accept(listening(), NULL, NULL);
  uint32_t size;
  for (;;) {
    read_all(client, &size, sizeof size);
    size_t length = ntohl(size);
    char *message = malloc(length + 1);
    read_all(client, message, length);
    for (size_t at = 0; at < length / 2; at++) {
      char byte = message[at];
      message[at] = message[length - 1 - at];
      message[length - 1 - at] = byte;
    }
    write(client, &size, sizeof size);
    write(client, message, length);
    free(message);
  }
}

/* A server whose header is the length in ten decimal characters, padded with spaces. */
static void decimal_header_server(char **arguments) {
  (void)arguments;
  int client = accept(listening(), NULL, NULL);
  char header[11] = {0};
  for (;;) {
    read_all(client, header, 10);
    int length = atoi(header);
    char *message = malloc((size_t)length + 1);
    read_all(client, message, (size_t)length);
    dprintf(client, "%-10d", length + 1);
    write(client, message, (size_t)length);
    write(client, "!", 1);
    free(message);
  }
}

/* The poll loop of a guide: what one client sends goes to all the others, as it came. */
static void poll_relay(char **arguments) {
  (void)arguments;
  struct pollfd sockets[16] = {{.fd = listening(), .events = POLLIN}};
  int count = 1;
  for (;;) {
    poll(sockets, (nfds_t)count, -1);
    for (int at = count - 1; at > 0; at--) {
      char buffer[256];
      if (!(sockets[at].revents & (POLLIN | POLLHUP))) continue;
      ssize_t bytes = recv(sockets[at].fd, buffer, sizeof buffer, 0);
      if (bytes <= 0) {
        close(sockets[at].fd);
        sockets[at] = sockets[--count];
        continue;
      }
      for (int other = 1; other < count; other++)
        if (other != at) send(sockets[other].fd, buffer, (size_t)bytes, 0);
    }
    if (sockets[0].revents & POLLIN && count < 16) {
      sockets[count].events = POLLIN;
      sockets[count++].fd = accept(sockets[0].fd, NULL, NULL);
      printf("accepted\n");
      fflush(stdout);
    }
  }
}

static const struct {
  const char *name;
  void (*run)(char **arguments);
} kinds[] = {
    {"padded_client", padded_client},         {"order_client", order_client},
    {"sink_client", sink_client},             {"short_header_client", short_header_client},
    {"turns_client", turns_client},           {"forking_echo", forking_echo},
    {"one_read_stays", one_read_stays},       {"long_header_server", long_header_server},
    {"decimal_header_server", decimal_header_server}, {"poll_relay", poll_relay},
};

int main(int count, char **arguments) {
  for (size_t at = 0; count > 1 && at < sizeof kinds / sizeof *kinds; at++)
    if (strcmp(arguments[1], kinds[at].name) == 0) {
      kinds[at].run(arguments + 2);
      return 0;
    }
  fprintf(stderr, "no such kind\n");
  return 1;
}
