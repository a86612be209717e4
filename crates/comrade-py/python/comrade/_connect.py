"""The way to a Ray cluster, and what may be wrong with it, each in a sentence and with a hint."""

import os
import socket

import ray


def connect(address, timeout):
    """Connects this process to the cluster, unless it is; whether this call did.

    Raises
    ------
    ConnectionError
        If no cluster answers, or one that this process cannot work with, or if the process is connected to another one.
    """
    if ray.is_initialized():
        here = ray.get_runtime_context().gcs_address
        if address is not None and not _is_same(address, here):
            raise ConnectionError(
                f"this process is connected to the Ray cluster at {here}, and the address {address} is another one; hint: call "
                "ray.shutdown() first, or leave the address out"
            )
        return False
    knock(address, timeout)
    try:
        ray.init(address=address, log_to_driver=False, include_dashboard=False, logging_level="warning")
    except Exception as error:
        raise ConnectionError(_trouble(address, error)) from error
    return True


def _trouble(address, error):
    """Why `ray.init` failed, and what to do."""
    where, text = f"the Ray cluster at {address or os.environ.get('RAY_ADDRESS', 'this machine')}", " ".join(str(error).split())
    if "ersion mismatch" in text:
        return f"{where} has other versions: {text}; hint: install the same Ray and Python on all machines"
    # Someone answers there: `knock` has seen it.
    if isinstance(error, ray.exceptions.AuthenticationError) or "Failed to connect to Ray cluster" in text:
        return (
            f"{where} does not let this process in, as it seems to ask for another token; hint: copy ~/.ray/auth_token from "
            "the machine of its head and set RAY_AUTH_MODE=token here, or set RAY_AUTH_MODE=disabled on every machine before "
            f"`ray start`; Ray says: {text[:200]}"
        )
    return f"{where} cannot be joined: {text[:500]}; hint: `ray status` says whether it runs"


def knock(address, timeout):
    """Raises ConnectionError where no Ray cluster answers at HOST:PORT in time; `ray.init` takes minutes to say that."""
    host, port = _host_and_port(address or os.environ.get("RAY_ADDRESS", ""))
    if port is None:
        # "auto", "local", a Ray client's address, or none.
        return
    told = f"no Ray cluster answers at {address or os.environ['RAY_ADDRESS']}"
    hint = "hint: run `ray start --head` on one machine, and take the address that it names"
    try:
        with socket.create_connection((host, port), timeout=timeout) as connection:
            if os.environ.get("RAY_USE_TLS"):
                return
            # Ray speaks gRPC, in whose HTTP/2 both sides begin with their settings: a frame whose fourth byte is 4.
            connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
            heard = connection.makefile("rb").read(4)
    except (OSError, OverflowError) as error:
        raise ConnectionError(f"{told}: {error}; {hint}") from error
    if heard[3:] != b"\x04":
        raise ConnectionError(f"{told}, but another program does; {hint}")


def _host_and_port(address):
    """Those of HOST:PORT; None for the port where it is no such address."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port) if port.isdigit() and "/" not in host else None


def _is_same(address, connected):
    """Whether an address may be that of the cluster at HOST:PORT that this process is connected to."""
    (host, port), (there, its) = _host_and_port(address), _host_and_port(connected)
    if port is None:
        # "auto", or a Ray client's address: whichever there is.
        return address != "local"
    try:
        named, known = ({found[4][0] for found in socket.getaddrinfo(name, None)} for name in (host, there))
    except OSError:
        return False
    loop = {"127.0.0.1", "::1"}
    here = bool(named & loop) and bool(known & (loop | {ray.util.get_node_ip_address()}))
    return port == its and (here or bool(named & known))
