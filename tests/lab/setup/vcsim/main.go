// A vCenter (or, with -esx, one ESXi host) that holds no machine: govmomi's simulator on a loopback port.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"net/url"
	"os"

	"github.com/vmware/govmomi/simulator"
)

func main() {
	esx := flag.Bool("esx", false, "one host instead of a vCenter")
	address := flag.String("l", "127.0.0.1:0", "address")
	user := flag.String("user", "audit", "login")
	flag.Parse()
	model := simulator.VPX()
	if *esx {
		model = simulator.ESX()
	}
	if err := model.Create(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	model.Service.Listen = &url.URL{Host: *address, User: url.UserPassword(*user, os.Getenv("VCSIM_PASSWORD"))}
	model.Service.TLS = new(tls.Config)
	if cert, key := os.Getenv("VCSIM_CERT"), os.Getenv("VCSIM_KEY"); cert != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		model.Service.TLS.Certificates = []tls.Certificate{pair}
	}
	server := model.Service.NewServer()
	fmt.Println(server.URL.Host)
	select {}
}
