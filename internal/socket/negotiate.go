package socket

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/websocket"
)

// Negotiate checks the request (RFC 6455 §4.2.1), answers one that is no handshake of ours, and gives the
// subprotocol of one that is. Upgrade does this too; who decides by the subprotocol asks before.
func Negotiate(w http.ResponseWriter, r *http.Request, speaks []string) (string, error) {
	key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key"))
	switch {
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		return "", refuse(w, http.StatusMethodNotAllowed, "A WebSocket begins with GET.")
	case !has(r.Header, "Connection", "upgrade") || !has(r.Header, "Upgrade", "websocket"):
		return "", refuse(w, http.StatusUpgradeRequired, "Only a WebSocket can be opened here.")
	case r.Header.Get("Sec-WebSocket-Version") != websocket.SupportedProtocolVersion:
		w.Header().Set("Sec-WebSocket-Version", websocket.SupportedProtocolVersion)
		return "", refuse(w, http.StatusUpgradeRequired, "Version 13 of WebSocket is the one spoken here.")
	case err != nil || len(key) != 16:
		return "", refuse(w, http.StatusBadRequest, "Sec-WebSocket-Key must be 16 bytes in Base64.")
	case r.ContentLength != 0:
		return "", refuse(w, http.StatusBadRequest, "A handshake has no body: it would be read as frames.")
	}
	offered := tokens(r.Header, "Sec-WebSocket-Protocol")
	for _, name := range offered {
		if slices.Contains(speaks, name) {
			return name, nil
		}
	}
	if len(offered) > 0 {
		return "", refuse(w, http.StatusBadRequest, "None of the subprotocols offered is spoken here.")
	}
	return "", nil
}

func refuse(w http.ResponseWriter, status int, text string) error {
	if status == http.StatusUpgradeRequired { // RFC 9110 §15.5.22
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Upgrade", "websocket")
	}
	http.Error(w, text, status)
	return fmt.Errorf("socket: upgrade refused with %d: %s", status, text)
}

// tokens gives what a header lists, on all its lines.
func tokens(h http.Header, name string) []string {
	var list []string
	for _, line := range h.Values(name) {
		for token := range strings.SplitSeq(line, ",") {
			if token = strings.TrimSpace(token); token != "" {
				list = append(list, token)
			}
		}
	}
	return list
}

func has(h http.Header, name, token string) bool {
	return slices.ContainsFunc(tokens(h, name), func(t string) bool { return strings.EqualFold(t, token) })
}
