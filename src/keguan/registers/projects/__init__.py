"""The register of projects: what was funded, for whom, when; real history that limits and duplicate checks act on."""
