// Command gorillahub is the hub of gorilla/websocket's chat example as people write it: the peer
// that gochatting bench compares with. One message is one frame, since its clients parse JSON.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof" // on a listener of its own

	"github.com/gorilla/websocket"
)

func main() {
	hub := newHub()
	go hub.run()
	mux := http.NewServeMux()
	mux.HandleFunc("/chat", func(w http.ResponseWriter, r *http.Request) { serveWs(hub, w, r) })

	profiles, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go func() { log.Fatal(http.Serve(profiles, nil)) }()
	fmt.Printf("gorillahub: profiles at http://%s/debug/pprof/\n", profiles.Addr())
	fmt.Printf("gorillahub: open http://%s\n", listener.Addr())
	log.Fatal(http.Serve(listener, mux))
}

var upgrader = websocket.Upgrader{
	ReadBufferSize:  1024,
	WriteBufferSize: 1024,
	CheckOrigin:     func(*http.Request) bool { return true },
}

func serveWs(hub *hub, w http.ResponseWriter, r *http.Request) {
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &client{hub: hub, conn: conn, send: make(chan []byte, 256)}
	hub.register <- c
	go c.writePump()
	go c.readPump()
}
