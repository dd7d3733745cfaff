package main

import (
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"gochatting/internal/bus"
)

type clusterFlags struct {
	Database            string `placeholder:"URL" help:"Keep everything in PostgreSQL, 13 or later: postgres://USER:PASSWORD@HOST:5432/NAME. Better given in the environment. Default: SQLite in --data. With --nats or --cluster, any number of these servers may share it."`
	DatabaseConnections string `default:"20" placeholder:"N" help:"Connections of this server to PostgreSQL, at most. Default: ${default}"`
	NATS                string `name:"nats" placeholder:"URL,…" help:"The NATS servers that carry what is said between these servers: nats://USER:PASSWORD@HOST:4222 or tls://…, several with commas. Better given in the environment. Needs --database."`
	NATSCredentials     string `name:"nats-credentials" placeholder:"FILE" help:"The .creds file of the user at --nats."`
	NATSCA              string `name:"nats-ca" placeholder:"FILE" help:"Who signed the certificates of --nats, in PEM. Default: whom this machine trusts."`
	Cluster             string `placeholder:"HOST:PORT" help:"Instead of --nats: these servers carry it themselves, and reach each other there, over TLS with a key that is in the database. Such as :6222. Needs --database."`
	Peers               string `placeholder:"HOST:PORT,…" help:"Where --cluster of the others is; this one may be among them, so that all may be given the same."`
	ClusterAdvertise    string `placeholder:"HOST:PORT" help:"Where others reach --cluster of this one, if it is not the address that it calls from."`
}

// A cluster is clusterFlags, understood.
type cluster struct {
	database    string // "": SQLite
	connections int
	bus         bus.Options // without what is not set by flags
}

// shared reports whether other servers may have the same store.
func (c cluster) shared() bool { return len(c.bus.URLs) > 0 || c.bus.Cluster != "" }

// settle is how long a server needs to hear who is at the others.
func (c cluster) settle() time.Duration {
	if c.shared() {
		return 2 * time.Second
	}
	return 0
}

const (
	minConnections = 4 // one writes
	maxConnections = 1000
)

func (f clusterFlags) check(wrong *faults) cluster {
	c := cluster{
		database:    f.Database,
		connections: int(wrong.number("database-connections", f.DatabaseConnections, minConnections, maxConnections, "connections")),
		bus: bus.Options{
			URLs: list(f.NATS), Credentials: f.NATSCredentials, CA: f.NATSCA,
			Cluster: f.Cluster, Peers: list(f.Peers), Advertise: f.ClusterAdvertise,
		},
	}
	if f.Database != "" && !strings.HasPrefix(f.Database, "postgres://") && !strings.HasPrefix(f.Database, "postgresql://") {
		wrong.add("database", secret, "give postgres://, a user, a host and the name of a database, such as postgres://chat:password@db.example.com/chat; what is special in a password is written in %-codes")
	}
	f.checkNATS(c.bus.URLs, wrong)
	f.checkCluster(c.bus.Peers, wrong)
	return c
}

func (f clusterFlags) checkNATS(servers []string, wrong *faults) {
	for _, server := range servers {
		if !isNATS(server) {
			wrong.add("nats", secret, "give nats:// or tls:// and a host, such as nats://nats.example.com:4222, with commas between several; what is special in a password is written in %-codes")
			break
		}
	}
	if f.NATS != "" && f.Database == "" {
		wrong.add("nats", secret, "give --database too: these servers share one")
	}
	for _, file := range []struct{ flag, name string }{{"nats-credentials", f.NATSCredentials}, {"nats-ca", f.NATSCA}} {
		if file.name == "" {
			continue
		}
		if f.NATS == "" {
			wrong.add(file.flag, file.name, "give --nats too, or neither of them")
		} else if _, err := os.ReadFile(file.name); err != nil {
			wrong.add(file.flag, file.name, "name a file that this user may read")
		}
	}
}

func (f clusterFlags) checkCluster(peers []string, wrong *faults) {
	switch {
	case f.Cluster == "":
		for _, only := range []struct{ flag, value string }{{"peers", f.Peers}, {"cluster-advertise", f.ClusterAdvertise}} {
			if only.value != "" {
				wrong.add(only.flag, only.value, "give --cluster too, or neither of them")
			}
		}
		return
	case !isReachable(f.Cluster) && !isReachable("any"+f.Cluster):
		wrong.add("cluster", f.Cluster, "give a host, which may be empty, and a port, such as :6222")
	case f.NATS != "":
		wrong.add("cluster", f.Cluster, "give --nats or --cluster, not both")
	case f.Database == "":
		wrong.add("cluster", f.Cluster, "give --database too: these servers share one")
	}
	for _, peer := range peers {
		if !isReachable(peer) {
			wrong.add("peers", peer, "give a host and a port, such as node2.example.com:6222, with commas between several")
		}
	}
	if f.ClusterAdvertise != "" && !isReachable(f.ClusterAdvertise) {
		wrong.add("cluster-advertise", f.ClusterAdvertise, "give a host and a port, such as node1.example.com:6222")
	}
}

// list takes apart what commas or spaces separate.
func list(text string) []string {
	return slices.Collect(strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ' ' }))
}

func isNATS(server string) bool {
	if !strings.Contains(server, "://") {
		server = "nats://" + server
	}
	u, err := url.Parse(server)
	return err == nil && (u.Scheme == "nats" || u.Scheme == "tls") && u.Hostname() != "" &&
		(u.Port() == "" || isPort(u.Port()) && u.Port() != "0")
}

// isReachable reports whether address names a host and a port at which others reach it.
func isReachable(address string) bool {
	host, port, err := net.SplitHostPort(address)
	return err == nil && host != "" && isPort(port) && port != "0"
}
